import { endianness } from 'node:os';
import { IOCB_FLAG_IOPRIO, IOCB_FLAG_RESFD, layout } from 'aio-bind';

/** An offset in words of so many bytes; none where there is no addon, though imports work there. */
function inWords(offset: number, bytes: number): number {
  return Number.isInteger(offset) ? offset / bytes : NaN;
}

const WORDS = inWords(layout.iocb.size, 4);
// Where the low and the high half of a 64-bit field are.
const [LOW, HIGH] = endianness() === 'LE' ? [0, 1] : [1, 0];
const TWO_32 = 2 ** 32;

const DATA = inWords(layout.iocb.aio_data, 4);
const RW_FLAGS = inWords(layout.iocb.aio_rw_flags, 4);
const OPCODE = inWords(layout.iocb.aio_lio_opcode, 2);
const REQPRIO = inWords(layout.iocb.aio_reqprio, 2);
const FILDES = inWords(layout.iocb.aio_fildes, 4);
const BUF = inWords(layout.iocb.aio_buf, 4);
const NBYTES = inWords(layout.iocb.aio_nbytes, 4);
const OFFSET = inWords(layout.iocb.aio_offset, 4);
const FLAGS = inWords(layout.iocb.aio_flags, 4);
const RESFD = inWords(layout.iocb.aio_resfd, 4);

/**
 * An operation's iocb as it will be: kept ready, so that submission copies 64 bytes into a slot of
 * whichever context it goes to.
 */
export class IocbImage {
  readonly #words = new Uint32Array(WORDS);
  readonly #halves = new Uint16Array(this.#words.buffer);

  constructor(opcode: number) {
    this.#halves[OPCODE] = opcode;
  }

  /** Memory, or for a poll its mask. */
  set buf(address: number) {
    this.#setU64(BUF, address);
  }

  set nbytes(count: number) {
    this.#setU64(NBYTES, count);
  }

  set offset(bytes: number | bigint) {
    if (typeof bytes === 'number') {
      this.#setU64(OFFSET, bytes);
    } else {
      this.#words[OFFSET + LOW] = Number(bytes & 0xffff_ffffn);
      this.#words[OFFSET + HIGH] = Number(bytes >> 32n);
    }
  }

  set rwFlags(flags: number) {
    this.#words[RW_FLAGS] = flags;
  }

  /** @param ioprio - 0 for that of the process */
  set priority(ioprio: number) {
    this.#halves[REQPRIO] = ioprio;
    this.#flag(IOCB_FLAG_IOPRIO, ioprio !== 0);
  }

  /** @param fd - null for that of whoever submits */
  set eventfd(fd: number | null) {
    this.#words[RESFD] = fd ?? 0;
    this.#flag(IOCB_FLAG_RESFD, fd !== null);
  }

  /**
   * Copies it into a slot of a slab.
   *
   * @param slot - comes back in the event
   * @param eventfd - signalled on completion, unless the operation has one of its own
   */
  copyTo(words: Uint32Array, slot: number, fd: number, eventfd: number): void {
    const base = slot * WORDS;
    for (let i = 0; i < WORDS; i++) words[base + i] = this.#words[i]!;
    words[base + DATA + LOW] = slot;
    words[base + FILDES] = Number.isInteger(fd) ? fd : -1;
    const flags = this.#words[FLAGS]!;
    if ((flags & IOCB_FLAG_RESFD) !== 0) return;
    words[base + FLAGS] = flags | IOCB_FLAG_RESFD;
    words[base + RESFD] = eventfd;
  }

  #flag(flag: number, on: boolean): void {
    const flags = this.#words[FLAGS]!;
    this.#words[FLAGS] = on ? flags | flag : flags & ~flag;
  }

  #setU64(index: number, value: number): void {
    this.#words[index + LOW] = value;
    this.#words[index + HIGH] = value / TWO_32;
  }
}
