import { Timespec } from 'aio-bind';
import { invalidType, outOfRange } from '../argument-errors.js';

const SECOND = 1_000_000_000n;
/** 2^63 - 1 nanoseconds: 292 years. */
const MAX_TIMEOUT = 2n ** 63n - 1n;

/** What is waited for, and how. */
interface Wait {
  readonly min: number;
  /** In nanoseconds; undefined for ever. */
  readonly timeoutNs: bigint | undefined;
  /** How many events there are now. */
  readonly collected: () => number;
  /** How many there can be, with those that are in flight. */
  readonly possible: number;
  /** Waits for more; it may be for less than `count`, or end early. */
  readonly wait: (count: number, timeout: Timespec | null) => void;
}

/** @throws TypeError, RangeError */
export function checkTimeout(timeoutNs: unknown): void {
  if (timeoutNs === undefined) return;
  if (typeof timeoutNs !== 'bigint') {
    throw invalidType('timeoutNs', 'of type bigint, or undefined', timeoutNs);
  }
  if (timeoutNs < 0n || timeoutNs > MAX_TIMEOUT) {
    throw outOfRange('timeoutNs', `>= 0n and <= ${MAX_TIMEOUT}n`, timeoutNs);
  }
}

/** Blocks until there are `min` events or the time has passed, whatever interrupts it. */
export function waitForEvents({ min, timeoutNs, collected, possible, wait }: Wait): void {
  if (timeoutNs === undefined) {
    // Nobody could submit more while this thread waits.
    if (min > possible) {
      const limit = `<= ${possible}, the operations that were submitted and not collected, without a timeout`;
      throw outOfRange('min', limit, min);
    }
    while (collected() < min) wait(min - collected(), null);
    return;
  }
  const deadline = process.hrtime.bigint() + timeoutNs;
  for (let left = timeoutNs; left > 0n && collected() < min;) {
    wait(min - collected(), new Timespec(left / SECOND, left % SECOND));
    left = deadline - process.hrtime.bigint();
  }
}
