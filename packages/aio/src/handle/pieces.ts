import type { WriteBarrier } from '../engine/write-barrier.js';

/** What writeFile is given piece by piece. */
export type Pieces = AsyncIterable<unknown> | Iterable<unknown>;

/** As Node sees it. */
export function isIterable(data: unknown): data is Pieces {
  if (typeof data !== 'object' || data === null || ArrayBuffer.isView(data)) return false;
  const { [Symbol.asyncIterator]: async, [Symbol.iterator]: sync } = data as Record<
    symbol,
    unknown
  >;
  return typeof async === 'function' || typeof sync === 'function';
}

/**
 * The same pieces, of which a sync waits for the one that is being written: whoever is iterated over may wait for
 * one itself before the next.
 */
export async function* eachBeforeSync(
  pieces: Pieces,
  writes: WriteBarrier,
): AsyncGenerator<unknown, void> {
  for await (const piece of pieces) {
    const epoch = writes.enter();
    try {
      // Who writes it comes back for the next, or says that there will be none.
      yield piece;
    } finally {
      writes.leave(epoch);
    }
  }
}
