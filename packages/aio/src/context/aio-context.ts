import { checkInteger, checkObject, stateError } from '../argument-errors.js';
import { claimStack } from '../engine/claim-stack.js';
import {
  type Patience,
  abortError,
  isPatient,
  problemWith,
  whenGivenUp,
} from '../engine/give-up.js';
import { OwnPromise } from '../engine/own-promise.js';
import type { AioOperation } from '../operations/operation.js';
import { operationState } from '../operations/operation-base.js';
import type { OperationState } from '../operations/operation-state.js';
import { showGetters } from '../show-getters.js';
import type { AioEvent } from './aio-event.js';
import { closedError, unheardError } from './context-errors.js';
import { Dispatcher } from './dispatcher.js';
import { EventIterator } from './event-iterator.js';
import { Run } from './run.js';
import { submitError } from './submit-error.js';

/** How a context is made. */
export interface AioContextOptions {
  /**
   * How many operations may be in flight: submitted, and their event not collected. 1 to 2^22, and to what
   * is left of the machine's aio-max-nr; 128 unless given.
   */
  readonly maxInFlight?: number | undefined;
}

/** More the kernel refuses, whatever is left (ioctx_alloc() in fs/aio.c). */
const MAX_IN_FLIGHT = 2 ** 22;

/**
 * A kernel AIO context, for those who drive AIO themselves. It does exactly what it is asked for: a
 * buffered read that is not cached holds the thread up in {@link AioContext.submit}, and so does whatever
 * else the kernel cannot queue, unless the operation's flags (RWF_NOWAIT) say otherwise. Where that must
 * not be, use the handles of {@link open}.
 *
 * An operation is either *submitted* ({@link AioContext.submit}), and its event goes to whoever asks
 * first: {@link AioContext.getEvents}, which is asked synchronously, or an iteration (`for await (const event
 * of context)`). Or it is *run* ({@link AioContext.run}), and its event goes to that promise alone. So
 * polled and awaited use of one context do not take anything from each other.
 *
 * The process stays while somebody awaits something of the context; never for the context alone. It belongs
 * to its thread, and ends with {@link AioContext.close}, with a `using` declaration, or with the thread.
 *
 * @see io_setup(2)
 */
export class AioContext implements AsyncIterable<AioEvent, undefined>, AsyncDisposable, Disposable {
  readonly #dispatcher: Dispatcher;
  #closed = false;

  /**
   * @throws EAGAIN - the machine's aio-max-nr does not leave that much (the message has the figures)
   * @throws ENOSYS, EPERM - this kernel or sandbox has no kernel AIO: see {@link probe}
   * @throws EMFILE, ENFILE - too many descriptors are open
   * @throws TypeError, RangeError - `maxInFlight` is no integer, or out of range
   */
  constructor(options: AioContextOptions = {}) {
    checkObject('options', options);
    const { maxInFlight = 128 } = options;
    checkInteger('maxInFlight', maxInFlight, 1, MAX_IN_FLIGHT);
    claimStack();
    this.#dispatcher = new Dispatcher(maxInFlight);
  }

  /** How many operations may be in flight. */
  get maxInFlight(): number {
    return this.#dispatcher.kernel.size;
  }

  /** How many operations the kernel has, or had and their event has not been collected. */
  get inFlight(): number {
    return this.#dispatcher.kernel.inFlight;
  }

  /** Whether it takes nothing more. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Submits operations, now and together (`io_submit`), in their order. It takes all, or throws.
   *
   * Everything is checked first: where an operation is of the wrong type, in flight, converted, given twice,
   * or has memory that was transferred away, or where there is no room for all, nothing is submitted. The
   * kernel may still refuse one. Those before it have been submitted then, and go on; it and those behind it
   * have not. The error's `submitted` says how many those are that went, and `operation` which one is
   * refused.
   *
   * What can be done on the spot (a cached read) is done on return; what cannot be queued, such as a
   * buffered read that is not cached, or a write to a file system that is frozen, holds the thread up meanwhile.
   *
   * @returns how many there were
   * @throws EAGAIN - there is no room, or what was run before waits for it: collect events first, or make a
   * context for more
   * @throws EBADF - its file is not open, or not for this
   * @throws EINVAL, EPERM, ENOTSUP - a field, priority or flag that the kernel or file system refuses
   * @throws ERR_AIO_IN_FLIGHT, ERR_AIO_CONVERTED, ERR_AIO_CONTEXT_CLOSED, ERR_INVALID_STATE
   * @see io_submit(2)
   */
  submit(...operations: AioOperation[]): number {
    this.#checkOpen();
    const states = this.#lookAt(operations);
    this.#takeOff(states);
    return this.#dispatcher.submit(states);
  }

  /**
   * Collects events of operations that were submitted (not run), blocking this thread until there are
   * enough.
   *
   * A signal does not end the wait: its handler runs afterwards.
   *
   * Operations that are submitted after a call signal nothing, which saves the kernel some work, until an
   * iteration begins. Who awaits something meanwhile (an iteration, a run that waits for room, the end of the
   * context) has them looked for once a millisecond.
   *
   * @param min - how many to wait for, 0 to `max`
   * @param max - how many to return at most
   * @param timeoutNs - how long to wait at most, in nanoseconds; 0n does not wait at all; undefined waits
   * for ever, which is refused where so many cannot come
   * @returns the events, in the order of completion; less than `min` where the time has passed
   * @throws RangeError - ERR_OUT_OF_RANGE
   * @throws ERR_AIO_CONTEXT_CLOSED
   * @see io_getevents(2)
   */
  getEvents(min: number, max: number, timeoutNs?: bigint): AioEvent[] {
    this.#checkOpen();
    checkInteger('max', max, 0, Number.MAX_SAFE_INTEGER);
    checkInteger('min', min, 0, max);
    claimStack();
    return this.#dispatcher.getEvents(min, max, timeoutNs);
  }

  /**
   * Submits an operation and resolves to its event. Operations that are run in the same tick are submitted
   * together at its end; beyond {@link AioContext.maxInFlight} they wait, in order.
   *
   * It rejects where the operation fails (with the event's error), where it is cancelled (ECANCELED), and
   * where `signal` is aborted or `timeout` milliseconds have passed: with an AbortError, as Node's own. Then
   * an operation that the kernel has not seen is taken back, and a poll is cancelled. A read, write or sync
   * goes on unheard: it stays in flight, and its memory pinned, until the kernel is done with it.
   *
   * @throws (by rejection) as {@link AioContext.submit}; ERR_INVALID_STATE - the operation has an eventfd of
   * its own
   */
  run<O extends AioOperation>(operation: O, patience: Patience = {}): Promise<AioEvent<O>> {
    const begun: { run?: Run } = {};
    const promise = new OwnPromise<AioEvent>((resolve, reject) => {
      this.#checkOpen();
      checkObject('options', patience);
      const state = operationState(operation);
      // Once: what the caller's object says may differ the next time.
      const { signal, timeout } = patience;
      const limits = { signal, timeout };
      const problem = state.lookAtFile() ?? problemWith(limits);
      const isAborted = signal?.aborted === true;
      const served = state.servedFile();
      // What comes from others has been looked at.
      this.#checkOpen();
      state.checkReady();
      checkHeard(state);
      if (problem !== null) throw problem;
      if (isAborted) throw abortError(signal);
      claimStack();
      state.takeOff(this.#dispatcher);
      state.holdFile(served);
      const run = new Run(state, resolve, reject);
      begun.run = run;
      this.#dispatcher.run(run);
      if (!isPatient(limits)) this.#giveUpOn(run, limits);
    });
    if (begun.run !== undefined) begun.run.promise = promise;
    return promise as Promise<AioEvent<O>>;
  }

  /**
   * Cancels an operation: takes it back where the kernel does not have it yet, and has the kernel cancel
   * it where that can be. That is so for polls only. The event of a submitted poll comes as any other, with
   * the result 0; a promise of {@link AioContext.run} rejects with ECANCELED.
   *
   * @returns whether it is cancelled: false where it has completed, is not in flight, or is a read, write or
   * sync that the kernel has; then it ends as it does
   * @throws ERR_INVALID_STATE - it is in flight in another context
   * @throws ERR_AIO_CONTEXT_CLOSED
   * @see io_cancel(2)
   */
  cancel(operation: AioOperation): boolean {
    this.#checkOpen();
    const state = operationState(operation);
    if (state.context === null) return false;
    if (state.context !== this.#dispatcher) {
      throw stateError('ERR_INVALID_STATE', 'The operation is in flight in another AioContext');
    }
    claimStack();
    return this.#dispatcher.cancel(state);
  }

  /**
   * Ends the context. It blocks: for some 30 ms, since the kernel waits for a grace period, and for as long
   * as reads, writes and syncs in flight take. Polls are cancelled. What was run settles as it ends, and
   * rejects (ERR_AIO_CONTEXT_CLOSED) where it still waited for room; events that nobody has taken are left
   * for iterations that have begun, and else are gone. Again is harmless.
   *
   * `await using` (`Symbol.asyncDispose`) does not block.
   *
   * @see io_destroy(2)
   */
  close(): void {
    claimStack();
    this.#closed = true;
    if (!this.#dispatcher.destroyed) this.#dispatcher.destroyNow();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * Ends the context as {@link AioContext.close}, without blocking: takes nothing more, cancels polls, waits
   * until everything else has ended, and has a thread of Node's pool wait for the kernel's grace period.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    claimStack();
    this.#closed = true;
    await this.#dispatcher.destroyWhenIdle();
  }

  /**
   * Iterates over events of operations that were submitted (not run), in the order of completion. It ends
   * when none is in flight and all have been given. Of several iterations each gets every event that the
   * others do not; one that is ended early (`return()`) gets none, though it had asked for one.
   *
   * @throws (by rejection) ERR_INVALID_STATE - it would have to wait for an operation that has an eventfd of
   * its own
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<AioEvent, undefined> {
    this.#checkOpen();
    return new EventIterator(this.#dispatcher);
  }

  static {
    showGetters(this);
  }

  #checkOpen(): void {
    if (this.#closed) throw closedError();
  }

  /** Has it given up when the time has come. The signal is the caller's, and may be an object that aborts at once, or refuses. */
  #giveUpOn(run: Run, limits: Patience): void {
    const giveUp = (error: Error): void => {
      this.#dispatcher.giveUp(run, error);
    };
    try {
      const forget = whenGivenUp(limits, giveUp);
      if (run.settled) forget();
      else run.forget = forget;
    } catch (error) {
      giveUp(error as Error);
    }
  }

  /** What stands behind them, whose files have been looked at: nobody's code but ours runs from then on. */
  #lookAt(operations: readonly AioOperation[]): OperationState[] {
    const states: OperationState[] = [];
    try {
      claimStack();
      for (const operation of operations) {
        const state = operationState(operation);
        const problem = state.lookAtFile();
        if (problem !== null) throw problem;
        states.push(state);
      }
    } catch (error) {
      throw submitError(error, 0, operations[states.length]);
    }
    this.#checkOpen();
    return states;
  }

  /** Checks all, and has them taken; or none, where anything is wrong with one. */
  #takeOff(states: readonly OperationState[]): void {
    const dispatcher = this.#dispatcher;
    const isAwaited = dispatcher.completions.waiting > 0;
    let taken = 0;
    try {
      for (const state of states) {
        state.checkReady();
        if (isAwaited) checkHeard(state);
        state.takeOff(dispatcher);
        taken++;
      }
    } catch (error) {
      for (const state of states.slice(0, taken)) state.land();
      throw submitError(error, 0, states[taken]?.operation);
    }
  }
}

function checkHeard({ eventfd }: OperationState): void {
  if (eventfd !== null) throw unheardError();
}
