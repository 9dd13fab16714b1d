import { performance } from 'node:perf_hooks';
import type { TimedRead } from 'aio-bind';

/** One that begins so soon after the end of another follows it closely: no turn is overrun by that. */
const CLOSELY_MS = 0.05;

/**
 * What time it is, between reads whose times the kernel's clock has. To ask performance.now() takes a tenth of a read's time,
 * so where they follow one another closely it is when the last ended.
 */
export class ReadClock {
  readonly #read: Pick<TimedRead, 'began' | 'ended'>;
  /** The last followed the one before closely: so will the next. */
  #isClose = false;
  /** When the last ended, in ms on the clock of reads. */
  #ended = 0;
  /** How far that is ahead of performance.now(). */
  #ahead = 0;

  /** @param read - the times of the last one, in ms */
  constructor(read: Pick<TimedRead, 'began' | 'ended'>) {
    this.#read = read;
  }

  /** In ms, as performance.now() has it. */
  now(): number {
    return this.#isClose ? this.#ended - this.#ahead : performance.now();
  }

  /**
   * A read has ended.
   *
   * @param now - {@link ReadClock.now}, before it
   * @returns how long it took, in ms
   */
  note(now: number): number {
    const { began, ended } = this.#read;
    if (!this.#isClose) this.#ahead = began - now;
    this.#isClose = began - this.#ended < CLOSELY_MS;
    this.#ended = ended;
    return ended - began;
  }

  /** The loop has turned: the two clocks are set against each other anew. */
  forget(): void {
    this.#isClose = false;
  }
}
