import type { Stopwatch } from './stopwatch.js';

/**
 * The pieces of a measurement. Between them the process does nothing, and others have theirs: what the machine does
 * from one second to the next then meets all alike.
 */
export interface Slices {
  /** How many there will be. */
  readonly count: number;
  /** Waits for the next one to begin; false when there is none. */
  next(): boolean | Promise<boolean>;
}

/** Works on the clock in all slices, and gives how many there were. */
export async function inSlices(
  slices: Slices,
  stopwatch: Stopwatch,
  work: () => void | Promise<void>,
): Promise<number> {
  let done = 0;
  while (await slices.next()) {
    stopwatch.start();
    await work();
    stopwatch.pause();
    done++;
  }
  return done;
}

/** All in one piece, which begins when `ready` says so. */
export function oneSlice(ready: () => void | Promise<void> = () => undefined): Slices {
  let isOver = false;
  return {
    count: 1,
    async next() {
      if (isOver) return false;
      isOver = true;
      await ready();
      return true;
    },
  };
}
