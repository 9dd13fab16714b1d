import { MAX_S64, MIN_S64, invalidType, toBigInt } from './argument-errors.js';
import { LITTLE_ENDIAN } from './endian.js';
import { layout } from './layout.js';

const { size, tv_sec, tv_nsec } = layout.timespec;

/**
 * A span of time, as C's `struct timespec`.
 *
 * @see timespec(3type)
 */
export class Timespec {
  readonly #memory = new DataView(new ArrayBuffer(size));

  /**
   * @param seconds - whole seconds
   * @param nanoseconds - 0 to 999,999,999 on top; other values are refused (EINVAL) when used
   */
  constructor(seconds: number | bigint = 0n, nanoseconds: number | bigint = 0n) {
    this.tv_sec = seconds;
    this.tv_nsec = nanoseconds;
  }

  /** Whole seconds. */
  get tv_sec(): bigint {
    return this.#memory.getBigInt64(tv_sec, LITTLE_ENDIAN);
  }

  set tv_sec(value: number | bigint) {
    this.#set('tv_sec', tv_sec, value);
  }

  /** Nanoseconds on top of the seconds. */
  get tv_nsec(): bigint {
    return this.#memory.getBigInt64(tv_nsec, LITTLE_ENDIAN);
  }

  set tv_nsec(value: number | bigint) {
    this.#set('tv_nsec', tv_nsec, value);
  }

  #set(name: string, offset: number, value: number | bigint): void {
    this.#memory.setBigInt64(offset, toBigInt(name, value, MIN_S64, MAX_S64), LITTLE_ENDIAN);
  }
}

/** Seconds and nanoseconds for the addon; NaN stands for C's NULL, no timeout. */
export function timeoutParts(timeout: Timespec | null): readonly [sec: number, nsec: number] {
  if (timeout === null) return [NaN, 0];
  if (!(timeout instanceof Timespec)) throw invalidType('timeout', 'a Timespec or null', timeout);
  return [Number(timeout.tv_sec), Number(timeout.tv_nsec)];
}
