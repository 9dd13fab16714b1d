import { constants } from 'node:os';
import { performance } from 'node:perf_hooks';
import { EventWatcher, errnoError } from 'aio-bind';
import { nextTick } from '../engine/own-timers.js';
import { Turn } from '../engine/turn.js';
import type { OperationState } from '../operations/operation-state.js';
import type { AioEvent } from './aio-event.js';
import { Arrivals } from './arrivals.js';
import { Cancellation } from './cancellation.js';
import { type Completions, DONE } from './completions.js';
import { closedError, unheardError } from './context-errors.js';
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
  /** The kernel took nothing of what waits, though there should be room. */
  #isRefused = false;

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
      if (this.#flushIsDue || this.#isRefused) this.#flushBefore(states);
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

  /** However much it is: who submits holds the thread up, and what waits for the next turn would be overtaken. */
  #flushBefore(states: readonly OperationState[]): void {
    this.#submitRuns(() => false);
    this.#distribute();
    // Files of what was run may be somebody's objects, whose getters may end the context, or take memory away.
    if (this.#ending.hasBegun) throw closedError();
    if (this.#isRefused && states.length > 0) throw errnoError(-EAGAIN, 'io_submit');
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

  /** Submits what waits, until this turn has had its share, and tells those who wait for what has completed. */
  #flush(): void {
    this.#submitRuns(() => this.#turn.isOver(performance.now()));
    this.#distribute();
  }

  /** Submits what waits, and collects, until there is nothing to submit, no room, or it is enough. */
  #submitRuns(isEnough: () => boolean): void {
    this.#flushIsDue = this.#isRefused = false;
    this.#turn.begin();
    this.#collect();
    while (this.runs.hasWaiting && !this.destroyed) {
      const went = this.runs.submitSome(this.#loop.announce());
      this.#collect();
      if (went === 'full') {
        this.#isRefused = true;
        this.#lookAgain();
      }
      // Where there is no room, the next completion brings us back, or a look for it.
      if (went !== 'some') break;
      if (isEnough()) {
        this.#flushIsDue = true;
        break;
      }
    }
  }

  // --- on the way out --------------------------------------------------------------------------

  /** Up to `max` events of operations that were submitted, after a wait for `min`. */
  getEvents(min: number, max: number, timeoutNs: bigint | undefined): AioEvent[] {
    checkTimeout(timeoutNs);
    this.#isPolled = true;
    try {
      // Whoever waits is told afterwards: who asks goes before.
      if (this.#flushIsDue) this.#submitRuns(() => false);
      // By the getter of a file of what was run.
      if (this.destroyed) throw closedError();
      this.#collect();
      if (this.completions.length < min) this.#arrivals.waitFor(min, timeoutNs);
      return this.completions.take(max);
    } finally {
      // What was awaited may have come along.
      if (this.#isAwaited || this.#loop.isHeld) this.goOn();
      if (this.kernel.inFlight === 0) this.#loop.forget();
    }
  }

  /** The next step of an iteration over events of operations that were submitted. */
  async nextEvent(iteration: object): Promise<IteratorResult<AioEvent, undefined>> {
    this.#isPolled = false;
    this.#collect();
    // What was awaited may have come along, and have left its room.
    this.#fillRoom();
    this.#holdLoop();
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
    const next = this.completions.wait(iteration);
    this.#lookForUnannounced();
    this.#holdLoop();
    return next;
  }

  /** An iteration ends, and waits for nothing more. */
  leave(iteration: object): void {
    this.completions.leave(iteration);
    this.#holdLoop();
  }

  /** The eventfd says that something has completed. Where nobody waits, it is left to be asked for. */
  signalled(): void {
    if (!this.#isAwaited) this.#holdLoop();
    else if (this.runs.hasWaiting) this.#flush();
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
    this.#fillRoom();
    this.#distribute();
  }

  #fillRoom(): void {
    if (this.runs.hasWaiting && this.kernel.room > 0) this.#scheduleFlush();
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
