import { native } from './native.js';
import { checkedAddress } from './read-arguments.js';

/** The order of what both sides have in common (timed_read.cc): first doubles, */
const BUF = 0;
const OFFSET = 1;
const BEGAN = 2;
const ENDED = 3;
/** then, behind all of these, words. */
const FD = 8;
const COUNT = 9;
const FLAGS = 10;
const RESULT = 11;

/**
 * {@link try_preadv2} with the time, for who calls it a million times a second: it costs less than that and a look at
 * JavaScript's clock before and after, since all goes by memory that is there once.
 */
export class TimedRead {
  readonly #read: () => void;
  readonly #doubles: Float64Array;
  readonly #words: Int32Array;

  constructor() {
    const { words, read } = native.createTimedRead();
    this.#read = read;
    this.#doubles = new Float64Array(words);
    this.#words = new Int32Array(words);
  }

  /** When the last began, in ms on CLOCK_MONOTONIC, which is that of `process.hrtime()`; 0 where there was none. */
  get began(): number {
    return this.#doubles[BEGAN]!;
  }

  /** When the last ended. */
  get ended(): number {
    return this.#doubles[ENDED]!;
  }

  /** {@link try_preadv2}: its arguments, its results, its errors. */
  try_preadv2(
    fd: number,
    buf: ArrayBufferView | number,
    count: number,
    offset: number,
    flags: number,
  ): number {
    const address = checkedAddress(fd, buf, count, offset, flags);
    const doubles = this.#doubles;
    const words = this.#words;
    doubles[BUF] = address;
    doubles[OFFSET] = offset;
    words[FD] = fd;
    words[COUNT] = count;
    words[FLAGS] = flags;
    this.#read();
    return words[RESULT]!;
  }
}
