import type { Arrivals } from './arrivals.js';
import type { Cancellation } from './cancellation.js';
import type { KernelContext } from './kernel-context.js';
import type { RunQueue } from './run-queue.js';

/** What the end of a context needs of it. */
export interface EndingParts {
  readonly kernel: KernelContext;
  readonly runs: RunQueue;
  readonly arrivals: Arrivals;
  readonly cancellation: Cancellation;
  /** Something has been cancelled: collects, and tells those who wait. */
  readonly goOn: () => void;
  /** The kernel's context has gone, or is going. */
  readonly retire: () => void;
}

/** The end of a context: at once, blocking, or when nothing is in flight any more. */
export class Ending {
  readonly #parts: EndingParts;
  #isOver = false;
  /** Called when nothing is in flight any more. */
  readonly #whenIdle: (() => void)[] = [];
  #end: Promise<void> | null = null;

  constructor(parts: EndingParts) {
    this.#parts = parts;
  }

  /** The kernel's context has gone, or is going. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether nothing more is taken, in either way. */
  get hasBegun(): boolean {
    return this.#isOver || this.#end !== null;
  }

  /** Whether it waits for what is in flight. */
  get isAwaited(): boolean {
    return this.#whenIdle.length > 0;
  }

  /** Ends everything, blocking. */
  now(): void {
    const { kernel, arrivals, cancellation } = this.#parts;
    cancellation.endAll();
    arrivals.waitForAll();
    // Whoever heard of one that ended may have ended everything as well.
    if (this.#isOver) return;
    kernel.destroy();
    this.#retire();
  }

  /** Ends everything, without blocking; the same again is the same end. */
  whenIdle(): Promise<void> {
    this.#end ??= this.#endWhenIdle();
    return this.#end;
  }

  /** @returns whether nothing is in flight, nor waits to be */
  goOnIfIdle(): boolean {
    const { kernel, runs } = this.#parts;
    if (kernel.inFlight > 0 || runs.length > 0) return false;
    for (const resolve of this.#whenIdle.splice(0)) resolve();
    return true;
  }

  async #endWhenIdle(): Promise<void> {
    if (this.#isOver) return;
    const { kernel, cancellation, goOn } = this.#parts;
    cancellation.endPolls();
    do {
      await new Promise<void>((resolve) => {
        this.#whenIdle.push(resolve);
        goOn();
      });
      // Closed meanwhile, it has gone.
      if (this.isOver) return;
      // Idle when that was found, it need not be now.
    } while (kernel.inFlight > 0);
    const gone = kernel.destroyIdle();
    this.#retire();
    await gone;
  }

  #retire(): void {
    this.#isOver = true;
    this.#parts.retire();
  }
}
