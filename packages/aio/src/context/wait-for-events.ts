import { Timespec } from 'aio-bind';
import { invalidType, outOfRange } from '../argument-errors.js';
import { nanoseconds } from '../engine/own-timers.js';

const SECOND = 1_000_000_000n;
/** 2^63 - 1 nanoseconds: 292 years. */
const MAX_TIMEOUT = 2n ** 63n - 1n;

/**
 * How long the kernel is waited for at a time. A thread that waits there hears of nothing else: a worker could not be
 * terminated, nor the process be ended by another thread's process.exit().
 */
const LONGEST = 100_000_000n;

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
  readonly wait: (count: number, timeout: Timespec) => void;
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
    while (collected() < min) wait(min - collected(), timespec(LONGEST));
    return;
  }
  const deadline = nanoseconds() + timeoutNs;
  for (let left = timeoutNs; left > 0n && collected() < min;) {
    wait(min - collected(), timespec(left < LONGEST ? left : LONGEST));
    left = deadline - nanoseconds();
  }
}

function timespec(ns: bigint): Timespec {
  return new Timespec(ns / SECOND, ns % SECOND);
}
