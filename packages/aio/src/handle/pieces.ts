import type { WriteBarrier } from '../engine/write-barrier.js';

/** What writeFile is given piece by piece. */
export type Pieces = AsyncIterable<unknown> | Iterable<unknown>;

export function isIterable(data: unknown): data is Pieces {
  if (typeof data !== 'object' || data === null || ArrayBuffer.isView(data)) return false;
  return Symbol.asyncIterator in data || Symbol.iterator in data;
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
