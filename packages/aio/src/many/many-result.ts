import { errnoError } from 'aio-bind';
import { outOfRange } from '../argument-errors.js';
import type { EvenResults, SweepResults } from '../engine/sweep.js';
import { showGetters } from '../show-getters.js';

function isEven(results: SweepResults): results is EvenResults {
  return !Array.isArray(results);
}

/** What has come of many reads or writes. */
export class ManyResult {
  /**
   * For each range, in the order in which they were given: the bytes that were transferred, or a negative
   * errno. A read comes back short only where the file ends.
   */
  get results(): Int32Array {
    return (this.#typed ??= this.#toTyped());
  }

  /** Of all, where these are alike: then none has failed. */
  readonly #even: EvenResults | null;
  /** Of each, where they are not. */
  readonly #results: readonly number[];
  /** Made when it is asked for: it takes as long as a read. */
  #typed: Int32Array | null = null;
  readonly #syscall: string;

  /** @param results - which stay as they are */
  constructor(results: SweepResults, syscall: string) {
    this.#even = isEven(results) ? results : null;
    this.#results = isEven(results) ? [] : results;
    this.#syscall = syscall;
  }

  /** Bytes of all ranges together. */
  get bytes(): number {
    if (this.#even !== null) return this.#even.count * this.#even.each;
    let bytes = 0;
    for (const result of this.#results) if (result > 0) bytes += result;
    return bytes;
  }

  /** How many ranges failed. */
  get failed(): number {
    let failed = 0;
    for (const result of this.#results) if (result < 0) failed++;
    return failed;
  }

  /**
   * Why a range failed, as Node's own error; null where it did not.
   *
   * @throws ERR_OUT_OF_RANGE - there is no such range
   */
  errorOf(index: number): NodeJS.ErrnoException | null {
    const count = this.#even?.count ?? this.#results.length;
    if (!Number.isInteger(index) || index < 0 || index >= count) {
      throw outOfRange('index', `>= 0 && < ${count}`, index);
    }
    const result = this.#results[index] ?? 0;
    return result < 0 ? errnoError(result, this.#syscall) : null;
  }

  /**
   * @returns itself, where all is well
   * @throws why the first that failed did
   */
  orThrow(): this {
    const index = this.#results.findIndex((result) => result < 0);
    const error = index === -1 ? null : this.errorOf(index);
    if (error !== null) throw error;
    return this;
  }

  #toTyped(): Int32Array {
    if (this.#even === null) return Int32Array.from(this.#results);
    return new Int32Array(this.#even.count).fill(this.#even.each);
  }

  static {
    showGetters(this);
  }
}
