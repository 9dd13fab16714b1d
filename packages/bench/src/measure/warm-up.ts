/** Takes how long one operation took, in milliseconds. */
export type RecordLatency = (milliseconds: number) => void;

/** Carries out so many operations; all of them are done when it returns. */
export type Operate = (count: number, record: RecordLatency | undefined) => void | Promise<void>;

/** Enough for V8 to have compiled whatever is hot, so that it does not compile on the clock. */
const ENOUGH = 50_000;
const ENOUGH_SECONDS = 0.15;
/**
 * There are some 10,000 reads of 1 MiB a second: after half a second of them V8 was still compiling what is between, on
 * cores that are all busy copying, at the cost of the driver with more code.
 */
const AT_MOST_SECONDS = 1.5;
/** Than what is measured, at the most: who asks for little waits little. */
const LONGER = 3;
/** How long a piece is, by which the speed is told. */
const PIECE_SECONDS = 0.05;

export interface Warming {
  /** How many to begin with: as many as can be under way at once. */
  readonly count: number;
  /** For how long will be measured afterwards. */
  readonly seconds: number;
  /**
   * How many operations there are; Infinity where they can be repeated. What has been read cold can be so again when
   * the page cache has been dropped again: between warm-up and measurement it is.
   */
  readonly available: number;
  /**
   * Whether one late event counts: V8 compiles on threads that may take the processor from the loop for milliseconds,
   * and has done most of it after a second.
   */
  readonly thorough?: boolean;
}

/**
 * Operates until the code is warm.
 *
 * @returns how many operations a second the last of them were
 */
export async function warmUp(
  operate: Operate,
  { count: first, seconds, available, thorough = false }: Warming,
  record: RecordLatency | undefined,
): Promise<number> {
  const most = (thorough ? AT_MOST_SECONDS : Math.min(AT_MOST_SECONDS, LONGER * seconds)) * 1e3;
  const least = thorough ? most : Math.min(ENOUGH_SECONDS, seconds) * 1e3;
  const startedAt = performance.now();
  for (let done = 0, count = first; ;) {
    const from = performance.now();
    await operate(count, record);
    const now = performance.now();
    done += count;
    const elapsed = now - startedAt;
    const next = now - from < PIECE_SECONDS * 1e3 ? count * 2 : count;
    const isEnough = elapsed >= most || (elapsed >= least && done >= ENOUGH);
    if (isEnough || done + next > available) return (count / (now - from)) * 1e3;
    count = next;
  }
}

/** The share of a slice that goes before it, so that caches are warm again after others had theirs. */
export const OFF_THE_CLOCK: number = 1 / 10;

/** How many operations to make before each slice. */
export function countBefore(count: number, slices: number): number {
  return slices === 1 ? 0 : Math.ceil(count * OFF_THE_CLOCK);
}

/** How many operations to measure in each slice, so that all of them take about as long as was asked for. */
export function countFor(
  perSecond: number,
  { count, seconds, available }: Warming,
  slices: number,
): number {
  const inTime = Math.round((perSecond * seconds) / slices);
  return Math.min(Math.max(count, inTime), Math.floor(available / slices));
}
