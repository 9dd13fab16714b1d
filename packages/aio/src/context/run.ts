import { constants } from 'node:os';
import { errnoError } from 'aio-bind';
import { rejectAtAwait } from '../engine/reject-at-await.js';
import type { AioOperation } from '../operations/operation.js';
import type { OperationState } from '../operations/operation-state.js';
import { AioEvent } from './aio-event.js';

const { ECANCELED } = constants.errno;

/** An operation whose completion somebody awaits: from `run()` until its event, or its withdrawal. */
export class Run {
  readonly state: OperationState;
  /** The kernel has it. */
  submitted = false;
  /** It was taken back before the kernel had it. */
  withdrawn = false;
  /** The kernel has been asked to cancel it, and has agreed. */
  cancelled = false;
  /** Called when its signal does not matter any more. */
  forget: (() => void) | null = null;

  /** What somebody awaits, once it has been made. */
  promise: Promise<AioEvent> | null = null;
  #resolve: ((event: AioEvent) => void) | null;
  #reject: ((reason: Error) => void) | null;

  constructor(
    state: OperationState,
    resolve: (event: AioEvent) => void,
    reject: (reason: Error) => void,
  ) {
    this.state = state;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  get operation(): AioOperation {
    return this.state.operation;
  }

  /** Nobody waits for it any more. */
  get settled(): boolean {
    return this.#resolve === null;
  }

  /** It has ended, whether or not somebody still waits. */
  end(result: number, result2: number): void {
    const resolve = this.#resolve;
    if (resolve === null) return;
    if (result < 0) this.failAtAwait(() => errnoError(result, this.operation.command));
    else if (result === 0 && this.cancelled) this.failAtAwait(() => this.cancelledError());
    else {
      this.#resolve = this.#reject = null;
      resolve(new AioEvent(this.state, result, result2));
      this.#forget();
    }
  }

  fail(error: Error): void {
    const reject = this.#reject;
    this.#resolve = this.#reject = null;
    reject?.(error);
    this.#forget();
  }

  /** The same with an error that is made soon, and whose stack is that of those who wait. */
  failAtAwait(error: () => Error): void {
    const promise = this.promise;
    const resolve = this.#resolve;
    const reject = this.#reject;
    this.#resolve = this.#reject = null;
    if (resolve !== null && reject !== null) {
      rejectAtAwait({ promise, resolve, reject }, error);
    }
    this.#forget();
  }

  cancelledError(): Error {
    return errnoError(-ECANCELED, this.operation.command);
  }

  #forget(): void {
    const { forget } = this;
    this.forget = null;
    try {
      forget?.();
    } catch {
      // The signal is the caller's, and may be an object that refuses: others wait for their results.
    }
  }
}
