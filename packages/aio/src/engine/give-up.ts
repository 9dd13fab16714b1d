import { addAbortListener } from 'node:events';
import { inspect } from 'node:util';
import type { Carrier } from './carrier.js';
import { claimStack } from './claim-stack.js';
import type { Operation } from './operation.js';
import { OwnPromise, chain } from './own-promise.js';
import { clearTimeout, queueMicrotask, setTimeout } from './own-timers.js';

/** Until when an operation's caller is interested in it. */
export interface Patience {
  /** Gives up when it is aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Gives up after that many milliseconds, 0 to 2^31 - 1; Infinity for never. */
  readonly timeout?: number | undefined;
}

function abortErrorFor(cause: unknown): Error {
  const error = new Error('The operation was aborted', { cause });
  error.name = 'AbortError';
  return Object.assign(error, { code: 'ABORT_ERR' });
}

/** An AbortError as Node's own. */
export function abortError({ reason }: AbortSignal): Error {
  return abortErrorFor(reason);
}

const MAX_TIMEOUT = 2 ** 31 - 1;

/** What is wrong with either, as Node would say it; null where both are in order. */
export function problemWith({ signal, timeout }: Patience): Error | null {
  if (signal !== undefined && !((signal as unknown) instanceof AbortSignal)) {
    return Object.assign(
      new TypeError(
        `The "options.signal" property must be an instance of AbortSignal. Received ${inspect(signal)}`,
      ),
      { code: 'ERR_INVALID_ARG_TYPE' },
    );
  }
  if (timeout === undefined || timeout === Infinity) return null;
  if (typeof timeout !== 'number') {
    return Object.assign(
      new TypeError(`The "timeout" option must be of type number. Received ${inspect(timeout)}`),
      { code: 'ERR_INVALID_ARG_TYPE' },
    );
  }
  if (timeout >= 0 && timeout <= MAX_TIMEOUT) return null;
  return Object.assign(
    new RangeError(
      `The value of "timeout" is out of range. It must be >= 0 && <= ${MAX_TIMEOUT}. ` +
        `Received ${timeout}`,
    ),
    { code: 'ERR_OUT_OF_RANGE' },
  );
}

/** What is wrong with either; an AbortError where it was given up before it began. */
export function refusalBy(patience: Patience): Error | null {
  const problem = problemWith(patience);
  if (problem !== null) return problem;
  return patience.signal?.aborted === true ? abortError(patience.signal) : null;
}

type Callback = (error: Error) => void;

// Made beforehand: where the stack ends, only what is V8's own can be called.
const told = OwnPromise.resolve();

/** Those who wait for a signal: with one listener for all, as Node warns of more than ten. */
class Waiting {
  readonly #callbacks = new Set<Callback>();
  readonly #signal: AbortSignal;
  #listening: Disposable | null = null;
  readonly #tell = (): void => {
    for (const callback of this.#callbacks) callback(abortError(this.#signal));
    // The listener goes with the first event. Should somebody have made that up, whoever asks next listens anew.
    this.#callbacks.clear();
    waiting.delete(this.#signal);
  };
  readonly #listener = (): void => {
    try {
      claimStack();
    } catch {
      // The signal comes but once.
      void chain(told, this.#tell);
      return;
    }
    this.#tell();
  };

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  add(callback: Callback): void {
    // First: it may be somebody's signal, which aborts while it begins to be listened to.
    this.#callbacks.add(callback);
    if (this.#callbacks.size > 1) return;
    try {
      // Hears of it also where another listener stops it from being passed on.
      this.#listening = addAbortListener(this.#signal, this.#listener);
    } catch (error) {
      this.#callbacks.delete(callback);
      waiting.delete(this.#signal);
      throw error;
    }
    // It did not matter any more before there was anything to take back.
    if (this.#callbacks.size === 0) this.#listening[Symbol.dispose]();
  }

  delete(callback: Callback): void {
    if (!this.#callbacks.delete(callback) || this.#callbacks.size > 0) return;
    this.#listening?.[Symbol.dispose]();
    // Not left to the collector: a WeakMap keeps the room for all that were ever in it at once.
    waiting.delete(this.#signal);
  }
}

const waiting = new WeakMap<AbortSignal, Waiting>();

/** For a signal that came while the operation was begun, from whoever heard of that: it tells nobody again. */
function afterwards(callback: Callback, signal: AbortSignal): () => void {
  let matters = true;
  queueMicrotask(() => {
    if (matters) callback(abortError(signal));
  });
  return () => {
    matters = false;
  };
}

/**
 * Calls back with an AbortError when the signal comes.
 *
 * @returns to be called when it does not matter any more
 */
export function onAbort(signal: AbortSignal, callback: Callback): () => void {
  if (signal.aborted) return afterwards(callback, signal);
  const all = waiting.get(signal) ?? new Waiting(signal);
  waiting.set(signal, all);
  all.add(callback);
  return () => {
    all.delete(callback);
  };
}

/** Waits for what never fails, but no longer than until the signal comes: then it rejects with an AbortError. */
export function unlessAborted(
  awaited: Promise<unknown>,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  if (signal === undefined) return awaited;
  return new Promise((resolve, reject) => {
    const forget = onAbort(signal, reject);
    void awaited.then(() => {
      forget();
      resolve(undefined);
    });
  });
}

/** The AbortError of a time that is up: its cause is a TimeoutError, as AbortSignal.timeout has it. */
function timeoutError(): Error {
  const cause = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
  return abortErrorFor(cause);
}

function isLimited(timeout: number | undefined): timeout is number {
  return timeout !== undefined && timeout !== Infinity;
}

/**
 * Calls back with an AbortError when the signal comes or the time is up.
 *
 * @returns to be called when it does not matter any more
 */
export function whenGivenUp({ signal, timeout }: Patience, callback: Callback): () => void {
  const forget = signal && onAbort(signal, callback);
  const timer = isLimited(timeout)
    ? setTimeout(() => {
        callback(timeoutError());
      }, Math.ceil(timeout)).unref()
    : undefined;
  return () => {
    forget?.();
    clearTimeout(timer);
  };
}

/** Waits for what Node does, which goes on unheard where its caller gives up on it. */
export function unlessGivenUp<T>(patience: Patience, work: () => Promise<T>): Promise<T> {
  if (isPatient(patience)) return work();
  return new Promise((resolve, reject) => {
    const refusal = refusalBy(patience);
    if (refusal !== null) throw refusal;
    const working = work();
    // First: to listen to somebody's signal may throw.
    working.then(resolve, reject);
    const forget = whenGivenUp(patience, reject);
    working.then(forget, forget);
  });
}

/** Whether there is anything to wait for besides the operation itself. */
export function isPatient({ signal, timeout }: Patience): boolean {
  return signal === undefined && !isLimited(timeout);
}

const withdrawn = new WeakSet<Error>();

/** Whether what was rejected with this AbortError had been taken back before the kernel saw it: nothing of it is done. */
export function wasWithdrawn(error: Error): boolean {
  return withdrawn.has(error);
}

/** Has an operation that was started given up when the time has come. */
export function giveUpOn(
  patience: Patience,
  engine: Carrier,
  operation: Operation,
  settled: Promise<unknown>,
): void {
  const { generation, reject } = operation;
  const forget = whenGivenUp(patience, (error) => {
    const became = engine.abandon(operation, generation);
    if (became === 'withdrawn') withdrawn.add(error);
    if (became !== 'settled') reject?.(error);
  });
  settled.then(forget, forget);
}

/**
 * Has several operations share one time limit.
 *
 * @param work - starts them, and gives each this signal
 * @throws what is wrong with either, see {@link problemWith}
 */
export async function withinOneLimit<T>(
  patience: Patience,
  work: (shared: Patience) => Promise<T>,
): Promise<T> {
  const refusal = refusalBy(patience);
  if (refusal !== null) throw refusal;
  if (!isLimited(patience.timeout)) return work({ signal: patience.signal });
  const limit = new AbortController();
  const forget = whenGivenUp(patience, ({ cause }) => {
    limit.abort(cause);
  });
  try {
    return await work({ signal: limit.signal, timeout: undefined });
  } finally {
    forget();
  }
}
