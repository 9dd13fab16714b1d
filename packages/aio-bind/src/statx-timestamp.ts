/**
 * A time of a file (`struct statx_timestamp` in linux/stat.h).
 *
 * @see statx(2)
 */
export interface StatxTimestamp {
  /** Seconds since 1970, negative before. */
  readonly tv_sec: bigint;
  /** Nanoseconds on top, 0 to 999,999,999. */
  readonly tv_nsec: number;
}
