import type { ReadStream } from 'node:fs';

type Done = (error: unknown, bytes?: number, memory?: unknown) => void;

type Read = (
  fd: number,
  memory: Buffer,
  offset: number,
  length: number,
  position: number | undefined,
  done: Done,
) => void;

type Close = (fd: number, done: Done) => void;

/** What Node's streams read and close by. Each stream of a handle has an object of its own. (They write by the handle's methods.) */
export interface Operations {
  read: Read;
  close: Close;
}

/**
 * The operations of a stream of a handle, to be replaced; null in a version of Node that has them
 * elsewhere, whose streams then stay as they are.
 *
 * All else of the streams stays Node's own by that: their events, how they end and what they count.
 */
export function operationsOf(stream: ReadStream): Operations | null {
  const symbol = Object.getOwnPropertySymbols(stream).find(
    ({ description }) => description === 'kFs',
  );
  if (symbol === undefined) return null;
  const operations = Reflect.get(stream, symbol) as Partial<Operations> | null;
  const isKnown = typeof operations?.read === 'function' && typeof operations.close === 'function';
  return isKnown ? (operations as Operations) : null;
}

/** Calls back from a promise, as Node's own operations of a handle do. */
export function answer<T>(
  promise: Promise<T>,
  done: Done,
  results: (value: T) => readonly [bytes: number, memory: unknown],
  memory: unknown,
): void {
  promise.then(
    (value) => {
      done(null, ...results(value));
    },
    (error: unknown) => {
      done(error, 0, memory);
    },
  );
}
