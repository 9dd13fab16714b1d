import { OwnPromise, chain } from './own-promise.js';

const settled = OwnPromise.resolve();

/** A promise that was made by `new Promise`, and its functions; null while it is still being made. */
export interface Settling {
  readonly promise: Promise<unknown> | null;
  readonly resolve: (value: never) => void;
  readonly reject: (reason: Error) => void;
}

/**
 * Rejects a promise with an error whose stack is that of those who await it, as Node's own errors have it, where it would
 * be that of the event loop. It costs nothing until it is needed: the caller's lines are not written down beforehand.
 *
 * V8 shows in a stack those who wait for the promise that the running job settles. So the error is made in a job that
 * settles one on which this promise depends. As this one exists already, `then` is told so by a species whose
 * constructor makes nothing.
 *
 * @param fail - makes the error; called soon, in a job of its own
 */
export function rejectAtAwait({ promise, resolve, reject }: Settling, fail: () => Error): void {
  if (promise === null) {
    // Nobody can wait for it yet.
    reject(fail());
    return;
  }
  // In the second job: one that a read went on as (read-batch.ts) is waited for by the read's own in the first.
  const waited = chain(settled, () => undefined);
  const failed = chain(waited, function makeError() {
    const error = fail();
    Error.captureStackTrace(error, makeError);
    throw error;
  });
  // No arrow function: it is called by `new`.
  const Existing = function (executor: (resolve: unknown, reject: unknown) => void) {
    executor(resolve, reject);
    return promise;
  };
  Reflect.defineProperty(failed, 'constructor', { value: { [Symbol.species]: Existing } });
  void chain(failed, undefined);
}
