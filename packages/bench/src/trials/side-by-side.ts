import { setTimeout as sleep } from 'node:timers/promises';
import type { Sample } from '../measure/sample.js';
import type { Ready } from './in-page-cache.js';
import type { Running } from '../process/run-job.js';
import type { SlicedDriver } from './plan.js';
import { turnsOf } from './turns.js';

/** What became of a driver: its sample, or why there is none. */
export type Outcome = { readonly sample: Sample } | { readonly error: Error };

const SETTLE_MS = 15;

class Runner<Work> {
  readonly driver: SlicedDriver<Work>;
  #running: Running | undefined;
  #outcome: Outcome | undefined;

  constructor(driver: SlicedDriver<Work>) {
    this.driver = driver;
  }

  get outcome(): Outcome {
    return this.#outcome ?? { error: new Error('it was not measured to the end') };
  }

  start(work: Work, slices: number, signal: AbortSignal): Promise<void> {
    return this.#try(async () => {
      this.#running = await this.driver.start(work, slices, signal);
    });
  }

  slice(): Promise<void> {
    return this.#try(async () => await this.#running?.slice());
  }

  end(): Promise<void> {
    return this.#try(async () => {
      if (this.#running !== undefined) this.#outcome = { sample: await this.#running.end() };
    });
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
  }

  /** Those who have failed are out, and the others go on. */
  async #try(step: () => Promise<void>): Promise<void> {
    if (this.#outcome !== undefined) return;
    try {
      await step();
    } catch (error) {
      this.#outcome = { error: error as Error };
    }
  }
}

/**
 * Measures drivers in slices that alternate: each has a slice, then each has its next one. A machine's speed changes
 * from one second to the next, by more than what drivers differ in, and so it changes for all of them alike.
 *
 * @param ready - called when all have warmed up
 * @returns what became of each, in their order
 */
export async function sideBySide<Work>(
  drivers: readonly SlicedDriver<Work>[],
  work: Work,
  slices: number,
  signal: AbortSignal,
  ready: Ready,
): Promise<ReadonlyMap<SlicedDriver<Work>, Outcome>> {
  const runners = drivers.map((driver) => new Runner(driver));
  try {
    // One after the other: while one warms up, no other should.
    for (const runner of runners) await runner.start(work, slices, signal);
    await ready();
    for (let slice = 0; slice < slices; slice++) {
      for (const runner of turnsOf(runners, slice)) {
        await runner.slice();
        // Its threads (V8's, io_uring's) may have something to finish.
        await sleep(SETTLE_MS, undefined, { signal });
      }
    }
    for (const runner of runners) await runner.end();
  } finally {
    await Promise.all(runners.map((runner) => runner.stop()));
  }
  return new Map(runners.map(({ driver, outcome }) => [driver, outcome]));
}
