// Where the fields of an iocb are among the words of a slab, at the compiler's offsets: for those who fill
// one word by word, with no native call and nothing allocated.
import { endianness } from 'node:os';
import { layout } from 'aio-bind';

/** An offset in words of so many bytes; none where there is no addon, though imports work there. */
export function inWords(offset: number, bytes: number): number {
  return Number.isInteger(offset) ? offset / bytes : NaN;
}

/** 32-bit words of an iocb. */
export const WORDS: number = inWords(layout.iocb.size, 4);
const [low, high] = endianness() === 'LE' ? [0, 1] : [1, 0];
/** Which word of a 64-bit field its low half is. */
export const LOW: number = low;
/** Which word of a 64-bit field its high half is. */
export const HIGH: number = high;

/** In 32-bit words, where nothing else is said. */
export const DATA: number = inWords(layout.iocb.aio_data, 4);
export const KEY: number = inWords(layout.iocb.aio_key, 4);
export const RW_FLAGS: number = inWords(layout.iocb.aio_rw_flags, 4);
/** In 16-bit words. */
export const OPCODE: number = inWords(layout.iocb.aio_lio_opcode, 2);
/** In 16-bit words. */
export const REQPRIO: number = inWords(layout.iocb.aio_reqprio, 2);
export const FILDES: number = inWords(layout.iocb.aio_fildes, 4);
export const BUF: number = inWords(layout.iocb.aio_buf, 4);
export const NBYTES: number = inWords(layout.iocb.aio_nbytes, 4);
export const OFFSET: number = inWords(layout.iocb.aio_offset, 4);
export const FLAGS: number = inWords(layout.iocb.aio_flags, 4);
export const RESFD: number = inWords(layout.iocb.aio_resfd, 4);

const TWO_32 = 2 ** 32;

/** @param value - a safe integer, not negative */
export function setU64(words: Uint32Array, index: number, value: number): void {
  words[index + LOW] = value;
  words[index + HIGH] = value / TWO_32;
}
