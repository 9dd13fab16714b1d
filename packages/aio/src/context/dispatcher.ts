import { constants } from 'node:os';
import { performance } from 'node:perf_hooks';
import { EventWatcher, errnoError } from 'aio-bind';
import { nextTick } from '../engine/own-timers.js';
import { Turn } from '../engine/turn.js';
import type { OperationState } from '../operations/operation-state.js';
import type { AioEvent } from './aio-event.js';
import { Arrivals } from './arrivals.js';
import { Cancellation } from './cancellation.js';
import type { Completions } from './completions.js';
import { unheardError } from './context-errors.js';
import { Ending } from './ending.js';
import { KernelContext } from './kernel-context.js';
import { leftOpen } from './left-open.js';
import { LoopSide } from './loop-side.js';
import type { Run } from './run.js';
import { RunQueue } from './run-queue.js';
import { submitError } from './submit-error.js';
import { checkTimeout } from './wait-for-events.js';

const { EAGAIN } = constants.errno;
const NO_EVENTFD = -1;

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
  readonly #arrivals: Arrivals;
  readonly #cancellation: Cancellation;
  readonly #ending: Ending;
  readonly #loop: LoopSide;
  readonly #turn: Turn;
  /** Events are asked for rather than awaited: to signal them would cost the kernel a twentieth of its work. */
  #isPolled = false;
  #flushIsDue = false;

  /** @throws what io_setup(2) or eventfd(2) fail with */
  constructor(maxInFlight: number) {
    this.kernel = new KernelContext(maxInFlight);
    this.runs = new RunQueue(this.kernel);
    this.#arrivals = new Arrivals(this.kernel, this.runs);
    this.#cancellation = new Cancellation(this.kernel, this.runs);
    this.#ending = new Ending({
      ...{ kernel: this.kernel, runs: this.runs },
      ...{ arrivals: this.#arrivals, cancellation: this.#cancellation },
      goOn: () => {
        this.#collectAndGoOn();
      },
      retire: () => {
        this.#retire();
      },
    });
    this.#turn = new Turn(() => {
      this.#turned();
    });
    try {
      this.#loop = new LoopSide(watchFor(new WeakRef(this)));
    } catch (error) {
      this.kernel.destroy();
      throw error;
    }
    leftOpen.register(this, { kernel: this.kernel, watcher: this.#loop.watcher }, this);
  }

  get destroyed(): boolean {
    return this.#ending.isOver;
  }

  /** Events of operations that were submitted. */
  get completions(): Completions {
    return this.#arrivals.completions;
  }

  // --- on the way in ---------------------------------------------------------------------------

  /**
   * Submits operations now, which are this dispatcher's already; those that the kernel does not take are their
   * user's again.
   *
   * @returns how many there were
   * @throws SubmitError
   */
  submit(states: readonly OperationState[]): number {
    let counted = 0;
    let taken = 0;
    try {
      // What was run before goes before.
      if (this.#flushIsDue) this.#flushBefore(states);
      // Who waits already is to be told.
      const silently = this.#isPolled && this.completions.waiting === 0;
      const eventfd = silently ? NO_EVENTFD : this.#loop.announce();
      if (this.kernel.room < states.length) throw errnoError(-EAGAIN, 'io_submit');
      // Before, while all of it is near: much is copied meanwhile.
      for (; counted < states.length; counted++)
        this.#arrivals.submitted.add(states[counted]!, silently);
      while (taken < states.length) taken += this.kernel.submit(states, eventfd, taken);
      return taken;
    } catch (error) {
      for (let i = taken; i < states.length; i++) {
        const state = states[i]!;
        if (i < counted) this.#arrivals.submitted.delete(state);
        state.land();
      }
      throw submitError(error, taken, states[taken]?.operation);
    }
  }

  /** Files of what was run may be somebody's objects, whose getters may take memory away: so that is looked at anew. */
  #flushBefore(states: readonly OperationState[]): void {
    this.#flush();
    for (const state of states) {
      const problem = state.memoryProblem();
      if (problem !== null) throw problem;
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
    nextTick(() => {
      this.#flush();
    });
  }

  /** Submits what waits, and collects, until there is nothing to submit, or this turn has had its share. */
  #flush(): void {
    this.#flushIsDue = false;
    this.#turn.begin();
    this.#collect();
    while (this.runs.hasWaiting && !this.destroyed) {
      const went = this.runs.submitSome(this.#loop.announce());
      this.#collect();
      if (went === 'full') this.#lookAgain();
      // Where there is no room, the next completion brings us back, or a look for it.
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
    checkTimeout(timeoutNs);
    this.#isPolled = true;
    this.flushIfDue();
    this.#collect();
    try {
      if (this.completions.length < min) this.#arrivals.waitFor(min, timeoutNs);
      return this.completions.take(max);
    } finally {
      // What was awaited may have come along.
      if (this.#isAwaited || this.#loop.isHeld) this.goOn();
      if (this.kernel.inFlight === 0) this.#loop.forget();
    }
  }

  /** The next step of an iteration over events of operations that were submitted. */
  async nextEvent(): Promise<IteratorResult<AioEvent, undefined>> {
    this.#isPolled = false;
    this.#collect();
    // Events that come without waiting, for which more is submitted, must not keep timers and sockets
    // from having their turn.
    this.#turn.begin();
    const mayGoOn = this.completions.waiting === 0 && !this.#turn.isOver(performance.now());
    const event = mayGoOn ? this.completions.shift() : undefined;
    if (event !== undefined) return { done: false, value: event };
    if (this.completions.length === 0) {
      if (this.#arrivals.submitted.count === 0) return DONE;
      if (this.#arrivals.submitted.anyUnheard) throw unheardError();
    }
    const next = this.completions.wait();
    this.#lookForUnannounced();
    this.#holdLoop();
    return next;
  }

  /** The eventfd says that something has completed. Where nobody waits, it is left to be asked for. */
  signalled(): void {
    if (!this.#isAwaited) return;
    if (this.runs.hasWaiting) this.#flush();
    else this.#collectAndGoOn();
  }

  #collect(): void {
    if (!this.destroyed) this.#arrivals.collect();
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
    if (this.#arrivals.submitted.count === 0) this.completions.end();
    if (this.#ending.isAwaited && !this.#ending.goOnIfIdle()) this.#lookForUnannounced();
    const waitsForRoom = this.runs.hasWaiting && this.kernel.room === 0;
    if (this.completions.waiting > 0 || waitsForRoom) this.#lookForUnannounced();
    this.#holdLoop();
  }

  #turned(): void {
    if (this.#flushIsDue) this.#flush();
    else if (this.completions.waiting > 0) this.#collectAndGoOn();
  }

  // --- giving up, cancelling, closing ----------------------------------------------------------

  giveUp(run: Run, error: Error): void {
    this.#cancellation.giveUp(run, error);
    this.goOn();
  }

  cancel(state: OperationState): boolean {
    const cancelled = this.#cancellation.cancel(state);
    this.goOn();
    return cancelled;
  }

  /** Ends everything, blocking. */
  destroyNow(): void {
    this.#ending.now();
  }

  /** Ends everything, without blocking; the same again is the same end. */
  destroyWhenIdle(): Promise<void> {
    return this.#ending.whenIdle();
  }

  /** The kernel's context has gone, or is going. */
  #retire(): void {
    leftOpen.unregister(this);
    this.#distribute();
    this.#loop.watcher.close();
  }

  // --- the event loop --------------------------------------------------------------------------

  /** Somebody waits for something of it. */
  get #isAwaited(): boolean {
    return this.#ending.isAwaited || this.runs.length + this.completions.waiting > 0;
  }

  /** The process stays while somebody waits. */
  #holdLoop(): void {
    const isAwaited = this.#ending.isAwaited || this.runs.awaited + this.completions.waiting > 0;
    this.#loop.hold(isAwaited && !this.destroyed);
  }

  #lookForUnannounced(): void {
    const { anyUnheard, anySilent } = this.#arrivals.submitted;
    if (anyUnheard || anySilent) this.#lookAgain();
  }

  /** A timer looks where no eventfd will tell. */
  #lookAgain(): void {
    this.#loop.lookAgain(() => {
      this.#flush();
    });
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
