// What a program stores in its AsyncLocalStorage for a request is let go of with the request, though the engine stays.
import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AioFileHandle, open } from '../src/index.js';
import { collectGarbageUntil } from './support/collect-garbage.js';
import { writeNumbered } from './support/page-cache.js';
import { TempFolder } from './support/temp-folder.js';

let folder: TempFolder;
beforeAll(() => {
  folder = new TempFolder();
  writeNumbered(folder.file('file'), 1 << 20);
});
afterAll(() => folder[Symbol.dispose]());

const request = new AsyncLocalStorage<object>();

/** Does it for a request, of which nothing but this is left. */
async function forRequest(work: () => Promise<unknown>): Promise<WeakRef<object>> {
  const store = {};
  await request.run(store, work);
  return new WeakRef(store);
}

// One by one, and more than go in one batch.
test.for([[2], [1, 2, 500], [500, 1]])(
  'of the first to open a file, and of the last to read one: %j',
  async (counts) => {
    // Node's own handles hold it as long as they are there: so these end with their request.
    const reading = async (count: number): Promise<void> => {
      const handle: AioFileHandle = await open(folder.file('file'), 'r');
      const reads = Array.from({ length: count }, (_, i) => handle.read(Buffer.alloc(8), 0, 8, i));
      await Promise.all(reads);
      await handle.close();
    };
    const stores: WeakRef<object>[] = [];
    for (const count of counts) stores.push(await forRequest(() => reading(count)));
    const left = (): number => stores.filter((store) => store.deref() !== undefined).length;
    await nextTurn();
    await collectGarbageUntil(() => left() === 0);
    expect(left()).toBe(0);
  },
);
