import { afterAll, beforeAll, expect, test } from 'vitest';
import { OwnEngine } from './support/own-engine.js';
import { evict, writeNumbered } from './support/page-cache.js';
import { TempFolder } from './support/temp-folder.js';

const OPERATIONS = 10_000;
const FILE_BYTES = 1 << 20;

let folder: TempFolder;
beforeAll(() => {
  folder = new TempFolder();
});
afterAll(() => folder[Symbol.dispose]());

/** Looks at `value` once in each turn of the event loop until `work` has ended; gives the largest. */
async function largestWhile(work: Promise<unknown>, value: () => number): Promise<number> {
  let largest = 0;
  let ended = false;
  const look = (): void => {
    largest = Math.max(largest, value());
    if (!ended) setImmediate(look);
  };
  look();
  await work;
  ended = true;
  return largest;
}

test.for(['cached', 'not cached'])(
  '10,000 reads at once of what is %s all settle, and no more than the depth are in flight',
  async (how) => {
    using own = new OwnEngine({ depth: 64 });
    const path = folder.file('reads');
    const contents = writeNumbered(path, FILE_BYTES);
    const handle = await own.open(path, 'r');
    if (how === 'not cached') evict(path);
    const settled = new Uint8Array(OPERATIONS);
    const reads = Array.from({ length: OPERATIONS }, async (_, i) => {
      const at = (i * 4099) % (FILE_BYTES - 64);
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(64), 0, 64, at);
      expect(bytesRead === 64 && buffer.equals(contents.subarray(at, at + 64))).toBe(true);
      settled[i] = (settled[i] ?? 0) + 1;
    });
    expect(own.engine.stats().inFlight + own.engine.stats().queued).toBe(OPERATIONS);
    const most = await largestWhile(Promise.all(reads), () => own.engine.stats().inFlight);
    expect(most).toBeLessThanOrEqual(64);
    expect(settled.every((count) => count === 1)).toBe(true);
    expect(own.engine.stats()).toMatchObject({
      completed: OPERATIONS,
      inFlight: 0,
      queued: 0,
    });
    await handle.close();
  },
);

test('10,000 writes at once all settle, once each, and arrive', async () => {
  using own = new OwnEngine({ depth: 64 });
  const path = folder.file('writes');
  const handle = await own.open(path, 'w+');
  const writes = Array.from({ length: OPERATIONS }, (_, i) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(i * 8));
    return handle.write(bytes, 0, 8, i * 8);
  });
  const most = await largestWhile(Promise.all(writes), () => own.engine.stats().inFlight);
  expect(most).toBeLessThanOrEqual(64);
  const all = await handle.readFile();
  expect(all.length).toBe(OPERATIONS * 8);
  for (let i = 0; i < OPERATIONS; i++) expect(all.readBigUInt64LE(i * 8)).toBe(BigInt(i * 8));
  await handle.close();
});

test('10,000 reads at once where the descriptor is settle in the order of their calls', async () => {
  using own = new OwnEngine();
  const path = folder.file('chain');
  const contents = writeNumbered(path, OPERATIONS * 16);
  const handle = await own.open(path, 'r');
  const order: number[] = [];
  const reads = Array.from({ length: OPERATIONS }, async (_, i) => {
    const { buffer } = await handle.read(Buffer.alloc(16));
    expect(buffer.equals(contents.subarray(i * 16, i * 16 + 16))).toBe(true);
    order.push(i);
  });
  await Promise.all(reads);
  expect(order).toEqual(reads.map((_, i) => i));
  await handle.close();
});

test('bytes in flight are bounded, but for an operation that is larger by itself', async () => {
  using own = new OwnEngine({ bytes: 8192, depth: 64 });
  const path = folder.file('bytes');
  const contents = writeNumbered(path, FILE_BYTES);
  const handle = await own.open(path, 'r');
  const reads = Array.from({ length: 100 }, async (_, i) => {
    const length = i % 10 === 0 ? 50_000 : 4096;
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, i * 4096);
    return buffer.equals(contents.subarray(i * 4096, i * 4096 + length));
  });
  // The first is larger than all that may be; so it goes alone.
  expect(own.engine.stats()).toMatchObject({ inFlight: 0, queued: 100 });
  const most = await largestWhile(Promise.all(reads), () => own.engine.stats().inFlight);
  expect(most).toBeLessThanOrEqual(2);
  expect(await Promise.all(reads)).toEqual(reads.map(() => true));
  await handle.close();
});
