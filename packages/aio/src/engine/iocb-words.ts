// Fills a slot of a slab word by word: the fields of an iocb, at the compiler's offsets, with no
// native call and nothing allocated.
import { endianness } from 'node:os';
import { IOCB_FLAG_RESFD, type IocbSlab, layout } from 'aio-bind';

/** An offset in words of so many bytes; none where there is no addon, though imports work there. */
function inWords(offset: number, bytes: number): number {
  return Number.isInteger(offset) ? offset / bytes : NaN;
}

const WORDS = inWords(layout.iocb.size, 4);
const TWO_32 = 2 ** 32;
// Where the low and the high half of a 64-bit field are.
const [LOW, HIGH] = endianness() === 'LE' ? [0, 1] : [1, 0];

const DATA = inWords(layout.iocb.aio_data, 4);
const KEY = inWords(layout.iocb.aio_key, 4);
const RW_FLAGS = inWords(layout.iocb.aio_rw_flags, 4);
const OPCODE = inWords(layout.iocb.aio_lio_opcode, 2);
const REQPRIO = inWords(layout.iocb.aio_reqprio, 2);
const FILDES = inWords(layout.iocb.aio_fildes, 4);
const BUF = inWords(layout.iocb.aio_buf, 4);
const NBYTES = inWords(layout.iocb.aio_nbytes, 4);
const OFFSET = inWords(layout.iocb.aio_offset, 4);
const FLAGS = inWords(layout.iocb.aio_flags, 4);
const RESFD = inWords(layout.iocb.aio_resfd, 4);

function setU64(words: Uint32Array, index: number, value: number): void {
  words[index + LOW] = value;
  words[index + HIGH] = value / TWO_32;
}

/** What the kernel is asked for. Addresses, lengths and offsets are safe integers. */
interface Request {
  readonly slot: number;
  /** Comes back in the event beside the slot, so that no event is taken for another operation's. */
  readonly generation: number;
  readonly opcode: number;
  readonly fd: number;
  readonly address: number;
  readonly nbytes: number;
  readonly offset: number;
  readonly rwFlags: number;
}

/** @param eventfd - signalled on completion; -1 for none */
export function fillIocb(slab: IocbSlab, request: Request, eventfd: number): void {
  const words = slab.u32;
  const base = request.slot * WORDS;
  words[base + DATA + LOW] = request.slot;
  words[base + DATA + HIGH] = request.generation;
  words[base + KEY] = 0;
  words[base + RW_FLAGS] = request.rwFlags;
  slab.u16[base * 2 + OPCODE] = request.opcode;
  slab.u16[base * 2 + REQPRIO] = 0;
  words[base + FILDES] = request.fd;
  setU64(words, base + BUF, request.address);
  setU64(words, base + NBYTES, request.nbytes);
  setU64(words, base + OFFSET, request.offset);
  words[base + FLAGS] = eventfd === -1 ? 0 : IOCB_FLAG_RESFD;
  words[base + RESFD] = eventfd === -1 ? 0 : eventfd;
}

const EVENT_WORDS = inWords(layout.io_event.size, 4);

/** Where the slot of event `index` is among the 32-bit words of an array of events. */
export const eventSlot = (index: number): number =>
  index * EVENT_WORDS + layout.io_event.data / 4 + LOW;
/** Where the generation of event `index` is. */
export const eventGeneration = (index: number): number =>
  index * EVENT_WORDS + layout.io_event.data / 4 + HIGH;
/** Where the result of event `index` is: a count below 2^31 or -errno, so its low half says it all. */
export const eventResult = (index: number): number =>
  index * EVENT_WORDS + layout.io_event.res / 4 + LOW;
