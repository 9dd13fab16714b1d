import type { OperationState } from '../operations/operation-state.js';
import { AioEvent } from './aio-event.js';
import { Completions } from './completions.js';
import type { KernelContext } from './kernel-context.js';
import type { RunQueue } from './run-queue.js';
import { Submitted } from './submitted.js';
import { waitForEvents } from './wait-for-events.js';

/** The way out: an event is for the promise of what was run, and else for whoever asks first. */
export class Arrivals {
  /** Events of what was submitted. */
  readonly completions: Completions = new Completions();
  /** What events are still to come of. */
  readonly submitted: Submitted = new Submitted();
  readonly #kernel: KernelContext;
  readonly #runs: RunQueue;
  readonly #onCompletion = (state: OperationState, result: number, result2: number): void => {
    this.#completed(state, result, result2);
  };

  constructor(kernel: KernelContext, runs: RunQueue) {
    this.#kernel = kernel;
    this.#runs = runs;
  }

  /** Takes in what has completed, without waiting. */
  collect(): void {
    this.#kernel.collect(this.#onCompletion);
  }

  /** The same, blocking until there are so many events, or the time has passed. */
  waitFor(min: number, timeoutNs: bigint | undefined): void {
    waitForEvents({
      min,
      timeoutNs,
      collected: () => this.completions.length,
      possible: this.completions.length + this.submitted.count,
      wait: (count, timeout) => {
        this.#kernel.wait(count, timeout, this.#onCompletion);
      },
    });
  }

  /** The same, blocking until nothing is in flight. */
  waitForAll(): void {
    while (this.#kernel.inFlight > 0) this.#kernel.wait(1, null, this.#onCompletion);
  }

  #completed(state: OperationState, result: number, result2: number): void {
    const run = this.#runs.length === 0 ? undefined : this.#runs.get(state);
    if (run !== undefined) {
      this.#runs.end(run, result, result2);
    } else {
      this.submitted.delete(state);
      this.completions.push(new AioEvent(state, result, result2));
    }
    // Last: from now on it may be submitted again.
    state.land();
  }
}
