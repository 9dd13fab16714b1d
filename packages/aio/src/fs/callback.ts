import { nextTick } from '../engine/own-timers.js';

/** What Node calls back with. */
export type Callback = (error: unknown, ...results: unknown[]) => void;

/** The callback and what is before it; null where there is none, as Node is to say. */
export function splitCallback(args: readonly unknown[]): [unknown[], Callback] | null {
  const callback = args.at(-1);
  return typeof callback === 'function' ? [args.slice(0, -1), callback as Callback] : null;
}

/**
 * Calls back when a promise settles: in a tick of its own, so that what the callback throws is an
 * uncaught exception as with Node's, not an unhandled rejection.
 */
export function callBack<T>(
  promise: Promise<T>,
  callback: Callback,
  results: (value: T) => unknown[],
  failed: unknown[] = [],
): void {
  promise.then(
    (value) => {
      nextTick(callback, null, ...results(value));
    },
    (error: unknown) => {
      nextTick(callback, error, ...failed);
    },
  );
}

/** Gives a function what Node's has for `util.promisify`. */
export function promisifiedLike<T extends object>(node: object, ours: T): T {
  for (const symbol of Object.getOwnPropertySymbols(node)) {
    const property = Object.getOwnPropertyDescriptor(node, symbol);
    if (property !== undefined) Object.defineProperty(ours, symbol, property);
  }
  return ours;
}
