import { performance } from 'node:perf_hooks';
import { EventWatcher } from 'aio-bind';
import { Turn } from '../engine/turn.js';
import type { AioOperation } from '../operations/operation.js';
import { land } from '../operations/operation-base.js';
import { AioEvent } from './aio-event.js';
import { Completions } from './completions.js';
import { closedError, unheardError } from './context-errors.js';
import { KernelContext } from './kernel-context.js';
import { leftOpen } from './left-open.js';
import type { Run } from './run.js';
import { RunQueue } from './run-queue.js';
import { waitForEvents } from './wait-for-events.js';

/** The end of an iteration. */
const DONE = { done: true, value: undefined } as const;

/**
 * What an AioContext does: brings operations to the kernel, and each event to the one whom it is for.
 *
 * It is what operations in flight refer to, and so alive while there are any.
 */
export class Dispatcher {
  readonly kernel: KernelContext;
  readonly runs: RunQueue;
  readonly completions: Completions = new Completions();
  readonly #watcher: EventWatcher;
  readonly #turn: Turn;
  readonly #onCompletion = (operation: AioOperation, result: number, result2: number): void => {
    this.#completed(operation, result, result2);
  };

  /** Operations in flight that were submitted, rather than run. */
  #submitted = 0;
  /** Those of them that signal an eventfd of their own. */
  #unheard = 0;
  #flushIsDue = false;
  #looksAgain = false;
  #holdsLoop = false;
  #destroyed = false;
  /** Called when nothing is in flight any more. */
  readonly #whenIdle: (() => void)[] = [];

  /** @throws what io_setup(2) or eventfd(2) fail with */
  constructor(maxInFlight: number) {
    this.kernel = new KernelContext(maxInFlight);
    this.runs = new RunQueue(this.kernel);
    this.#turn = new Turn(() => {
      this.#turned();
    });
    try {
      this.#watcher = watchFor(new WeakRef(this));
    } catch (error) {
      this.kernel.destroy();
      throw error;
    }
    leftOpen.register(this, { kernel: this.kernel, watcher: this.#watcher }, this);
  }

  get destroyed(): boolean {
    return this.#destroyed;
  }

  // --- on the way in ---------------------------------------------------------------------------

  /**
   * Submits operations now.
   *
   * @param taken - told how many the kernel has, from the first on; also where this throws
   * @throws what is wrong with the next
   */
  submit(operations: readonly AioOperation[], taken: (count: number) => void): void {
    let count = 0;
    try {
      while (count < operations.length) {
        count += this.kernel.submit(operations.slice(count), this.#watcher.fd);
      }
    } finally {
      for (const { eventfd } of operations.slice(0, count)) if (eventfd !== null) this.#unheard++;
      this.#submitted += count;
      taken(count);
    }
  }

  /** Takes an operation that somebody awaits, to be submitted with others of this tick. */
  run(run: Run): void {
    this.runs.add(run);
    this.#scheduleFlush();
    this.#holdLoop();
  }

  /** Has what was run go to the kernel now, as far as there is room. */
  flushIfDue(): void {
    if (this.#flushIsDue) this.#flush();
  }

  #scheduleFlush(): void {
    if (this.#flushIsDue) return;
    this.#flushIsDue = true;
    // nextTick comes after all microtasks, so that a burst of awaits makes one batch. Where this turn
    // has had its share, the next begins with a flush.
    if (this.#turn.isOver(performance.now())) return;
    process.nextTick(() => {
      this.#flush();
    });
  }

  /** Submits what waits, and collects, until there is nothing to submit, or this turn has had its share. */
  #flush(): void {
    this.#flushIsDue = false;
    this.#turn.begin();
    this.#collect();
    while (this.runs.hasWaiting && !this.#destroyed) {
      const went = this.runs.submitSome(this.#watcher.fd);
      this.#collect();
      if (went === 'full') this.#lookAgain();
      // Where there is no room, the next completion brings us back.
      if (went !== 'some') break;
      if (this.#turn.isOver(performance.now())) {
        this.#flushIsDue = true;
        break;
      }
    }
    this.#distribute();
  }

  // --- on the way out --------------------------------------------------------------------------

  /** Up to `max` events of operations that were submitted, after a wait for `min`. */
  getEvents(min: number, max: number, timeoutNs: bigint | undefined): AioEvent[] {
    this.flushIfDue();
    this.#collect();
    waitForEvents({
      min,
      timeoutNs,
      collected: () => this.completions.length,
      possible: this.completions.length + this.#submitted,
      wait: (count, timeout) => {
        this.kernel.wait(count, timeout, this.#onCompletion);
      },
    });
    const events = this.completions.take(max);
    this.goOn();
    // All of it has been seen: nobody is to be woken for it.
    if (this.kernel.inFlight === 0) this.#watcher.drain();
    return events;
  }

  /** The next step of an iteration over events of operations that were submitted. */
  async nextEvent(): Promise<IteratorResult<AioEvent, undefined>> {
    this.#collect();
    // Events that come without waiting, for which more is submitted, must not keep timers and sockets
    // from having their turn.
    this.#turn.begin();
    const mayGoOn = this.completions.waiting === 0 && !this.#turn.isOver(performance.now());
    const event = mayGoOn ? this.completions.shift() : undefined;
    if (event !== undefined) return { done: false, value: event };
    if (this.completions.length === 0) {
      if (this.#submitted === 0) return DONE;
      if (this.#unheard > 0) throw unheardError();
    }
    const next = this.completions.wait();
    this.#holdLoop();
    return next;
  }

  /** The eventfd says that something has completed. Where nobody waits, it is left to be asked for. */
  signalled(): void {
    if (this.#whenIdle.length + this.runs.length + this.completions.waiting === 0) return;
    if (this.runs.hasWaiting) this.#flush();
    else this.#collectAndGoOn();
  }

  #completed(operation: AioOperation, result: number, result2: number): void {
    land(operation);
    const run = this.runs.get(operation);
    if (run !== undefined) {
      this.runs.end(run, result, result2);
      return;
    }
    this.#submitted--;
    if (operation.eventfd !== null) this.#unheard--;
    this.completions.push(new AioEvent(operation, result, result2));
  }

  #collect(): void {
    if (!this.#destroyed) this.kernel.collect(this.#onCompletion);
  }

  #collectAndGoOn(): void {
    this.#collect();
    this.goOn();
  }

  /** Something has changed: there may be room for what waits, and events for those who wait. */
  goOn(): void {
    if (this.runs.hasWaiting && this.kernel.room > 0) this.#scheduleFlush();
    this.#distribute();
  }

  #distribute(): void {
    this.completions.serve();
    if (this.#submitted === 0) this.completions.end();
    if (this.#whenIdle.length > 0) this.#checkIdle();
    this.#holdLoop();
  }

  #turned(): void {
    if (this.#flushIsDue) this.#flush();
    else if (this.completions.waiting > 0) this.#collectAndGoOn();
  }

  // --- giving up, cancelling, closing ----------------------------------------------------------

  giveUp(run: Run, error: Error): void {
    if (run.settled) return;
    if (!run.submitted) {
      this.runs.withdraw(run, error);
    } else {
      // Most operations cannot be cancelled: these go on.
      if (run.operation.command === 'poll') this.kernel.cancel(run.operation);
      this.runs.fail(run, error);
    }
    this.goOn();
  }

  cancel(operation: AioOperation): boolean {
    const run = this.runs.get(operation);
    if (run === undefined) return this.kernel.cancel(operation);
    if (!run.submitted) {
      this.runs.withdraw(run, run.cancelledError());
      this.goOn();
      return true;
    }
    const cancelled = this.kernel.cancel(operation);
    run.cancelled ||= cancelled;
    return cancelled;
  }

  cancelPolls(): void {
    for (const operation of this.kernel.operations()) {
      if (operation.command === 'poll') this.cancel(operation);
    }
  }

  /** Ends everything, blocking. */
  destroyNow(): void {
    this.runs.withdrawAll(closedError, () => true);
    this.cancelPolls();
    while (this.kernel.inFlight > 0) this.kernel.wait(1, null, this.#onCompletion);
    this.#destroy();
  }

  /** Ends everything, blocking only for what io_destroy(2) takes when nothing is in flight. */
  async destroyWhenIdle(): Promise<void> {
    this.runs.withdrawAll(closedError, ({ operation }) => operation.command === 'poll');
    this.cancelPolls();
    await new Promise<void>((resolve) => {
      this.#whenIdle.push(resolve);
      this.#collectAndGoOn();
    });
    this.#destroy();
  }

  #checkIdle(): void {
    if (this.kernel.inFlight === 0 && this.runs.length === 0) {
      for (const resolve of this.#whenIdle) resolve();
    } else if (this.#unheard > 0) {
      this.#lookAgain();
    }
  }

  #destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    leftOpen.unregister(this);
    this.kernel.destroy();
    this.#distribute();
    this.#watcher.close();
  }

  // --- the event loop --------------------------------------------------------------------------

  /** The process stays while somebody waits. */
  #holdLoop(): void {
    if (this.#watcher.closed) return;
    const awaited = this.runs.awaited + this.completions.waiting + this.#whenIdle.length;
    const hold = awaited > 0 && !this.#destroyed;
    if (hold === this.#holdsLoop) return;
    this.#holdsLoop = hold;
    if (hold) this.#watcher.ref();
    else this.#watcher.unref();
  }

  /** A timer looks where no eventfd will tell. */
  #lookAgain(): void {
    if (this.#looksAgain) return;
    this.#looksAgain = true;
    setTimeout(() => {
      this.#looksAgain = false;
      this.#flush();
    }, 1);
  }
}

/**
 * Weakly, so that a dispatcher that was forgotten can be found; and apart, as functions that are made
 * together hold together what any of them refers to.
 */
function watchFor(dispatcher: WeakRef<Dispatcher>): EventWatcher {
  return new EventWatcher(() => {
    dispatcher.deref()?.signalled();
  });
}
