import { checkInteger, invalidType } from './argument-errors.js';
import { type NativeId, native } from './native.js';

let idOf: (array: IoRangeArray) => NativeId;
let setCommand: (array: IoRangeArray, opcode: number, flags: number, tag: number) => void;

/** The order of {@link io_submit_ranges}'s findings behind the columns (range_array.h). */
const ENDED = 0;
const WHOLE = 1;
const EVENTS = 2;
/** And of what it is told of all ranges. */
const OPCODE = 3;
const RW_FLAGS = 4;
const TAG = 5;
const WORDS = 6;

/**
 * Transfers in columns, one command for all: what {@link io_submit_ranges} fills iocbs from.
 * Each column is a typed array that stays the same, so that thousands of ranges are written down without an
 * allocation.
 *
 * Do not move its memory away (`ArrayBuffer.prototype.transfer`) and to another thread: it is freed with the thread that
 * made the array.
 */
export class IoRangeArray {
  /** What {@link IoRangeArray.res} has for a range whose event has not been collected. */
  static readonly PENDING: number = -(2 ** 31);

  /** For how many ranges there is room. */
  readonly length: number;

  /** Of which file: its descriptor. */
  readonly aio_fildes: Int32Array;
  /** Where in the file, in bytes: 0 to 2^53 - 1. */
  readonly aio_offset: Float64Array;
  /** The address of the memory: 0 to 2^53 - 1. */
  readonly aio_buf: Float64Array;
  /** In bytes. */
  readonly aio_nbytes: Uint32Array;
  /** Which slot of the slab the range is given. */
  readonly slot: Uint32Array;
  /** What has come of it: bytes or -errno; {@link IoRangeArray.PENDING} for what goes on, or was not taken. */
  readonly res: Int32Array;

  readonly #id: NativeId;
  readonly #words: Uint32Array;

  /** @param length - 1 to 2^20 ranges */
  constructor(length: number) {
    checkInteger('length', length, 1, 2 ** 20);
    const { id, ranges } = native.createRangeArray(this, length);
    this.length = length;
    this.aio_offset = new Float64Array(ranges, 0, length);
    this.aio_buf = new Float64Array(ranges, 8 * length, length);
    this.aio_nbytes = new Uint32Array(ranges, 16 * length, length);
    this.slot = new Uint32Array(ranges, 20 * length, length);
    this.aio_fildes = new Int32Array(ranges, 24 * length, length);
    this.res = new Int32Array(ranges, 28 * length, length);
    this.#words = new Uint32Array(ranges, 32 * length, WORDS);
    this.#id = id;
  }

  /** How many ranges had ended when the last {@link io_submit_ranges} returned: those with a `res`. */
  get ended(): number {
    return this.#words[ENDED] ?? 0;
  }

  /** How many of them were transferred in full. */
  get whole(): number {
    return this.#words[WHOLE] ?? 0;
  }

  /** How many events there are beside theirs: of other operations, or of ranges that ended out of order. */
  get events(): number {
    return this.#words[EVENTS] ?? 0;
  }

  static {
    idOf = (array) => array.#id;
    setCommand = (array, opcode, flags, tag) => {
      const words = array.#words;
      // What is written to memory that was transferred is lost, and the last command would be carried out.
      if (words.length === 0)
        throw invalidType('ranges', 'an IoRangeArray that has its memory', array);
      words[OPCODE] = opcode;
      words[RW_FLAGS] = flags;
      words[TAG] = tag;
    };
  }
}

/** What the addon knows an array of ranges by. */
export function rangeArrayId(ranges: IoRangeArray): NativeId {
  if (!(ranges instanceof IoRangeArray)) throw invalidType('ranges', 'an IoRangeArray', ranges);
  return idOf(ranges);
}

/** Tells it what all ranges have in common: there, as an argument of a native call takes longer. */
export function setRangeCommand(
  ranges: IoRangeArray,
  opcode: number,
  rwFlags: number,
  tag: number,
): void {
  setCommand(ranges, opcode, rwFlags, tag);
}
