import { errnoError } from 'aio-bind';
import { outOfRange } from '../argument-errors.js';
import { showGetters } from '../show-getters.js';

/** What has come of many reads or writes. */
export class ManyResult {
  /**
   * For each range, in the order in which they were given: the bytes that were transferred, or a negative
   * errno. A read comes back short only where the file ends.
   */
  get results(): Int32Array {
    return (this.#typed ??= Int32Array.from(this.#results));
  }

  readonly #results: readonly number[];
  /** Made when it is asked for: it takes as long as a read. */
  #typed: Int32Array | null = null;
  readonly #syscall: string;

  /** @param results - which stay as they are */
  constructor(results: readonly number[], syscall: string) {
    this.#results = results;
    this.#syscall = syscall;
  }

  /** Bytes of all ranges together. */
  get bytes(): number {
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
    const result = this.#results[index];
    if (result === undefined) throw outOfRange('index', `>= 0 && < ${this.#results.length}`, index);
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

  static {
    showGetters(this);
  }
}
