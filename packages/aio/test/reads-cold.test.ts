// Reads of what is not, or only in part, in the page cache. The kernel cuts a read that may not wait
// at the first page that is missing; callers must not see that.
import { type IocbSlab, SubmitThreads, layout } from 'aio-bind';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type EngineStats, open, stats } from '../src/index.js';
import { LOW } from '../src/engine/iocb-layout.js';
import { bringIn, cachedBytes, evict, keepOnly, writeNumbered } from './support/page-cache.js';
import { TempFolder } from './support/temp-folder.js';

let folder: TempFolder;
beforeAll(() => {
  folder = new TempFolder();
});
afterAll(() => folder[Symbol.dispose]());

function now(): EngineStats {
  const all = stats();
  if (all === null) throw new Error('there is no engine');
  return all;
}

/** How many attempts ended in line, and how many were given to threads, in `body`. */
async function counted(
  body: () => Promise<void>,
): Promise<Pick<EngineStats, 'inLine' | 'offloaded'>> {
  const before = now();
  await body();
  const after = now();
  return {
    inLine: after.inLine - before.inLine,
    offloaded: after.offloaded - before.offloaded,
  };
}

describe('a read', () => {
  test.for([0, 1, 4095, 4096, 4097, 8192, 12_288, 20_000, 262_144, 300_001])(
    'of a file of %i bytes is short at its end, and nowhere else',
    async (bytes) => {
      const path = folder.file(`ends-at-${bytes}`);
      const contents = writeNumbered(path, bytes);
      const handle = await open(path);
      for (const position of [0, 1, 511, 4095, 4096, 5000, bytes - 1, bytes, bytes + 1]) {
        for (const length of [1, 4095, 4096, 4097, 16_384, 300_000]) {
          const { bytesRead, buffer } = await handle.read(
            Buffer.alloc(length),
            0,
            length,
            Math.max(position, 0),
          );
          const wanted = contents.subarray(Math.max(position, 0), Math.max(position, 0) + length);
          expect(bytesRead).toBe(wanted.length);
          expect(buffer.subarray(0, bytesRead).equals(wanted)).toBe(true);
        }
      }
      await handle.close();
    },
  );

  test.for([1 << 23, (1 << 23) + 1000])(
    'that finds only its first pages cached is complete (a file of %i bytes)',
    async (bytes) => {
      const path = folder.file(`in-part-${bytes}`);
      const contents = writeNumbered(path, bytes);
      const length = 200_000;
      const handle = await open(path);
      const before = now();
      let mostCached = 0;
      for (let at = 1000; at < bytes; at += 1 << 20) {
        keepOnly(path, at);
        const cached = cachedBytes(path) ?? 1;
        expect(cached).toBeLessThan(length);
        mostCached = Math.max(mostCached, cached);
        const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, at);
        expect(bytesRead).toBe(length);
        expect(buffer.equals(contents.subarray(at, at + length))).toBe(true);
      }
      // The machine may have dropped that at once, but not each time.
      expect(mostCached).toBeGreaterThan(0);
      // Across the end of the file.
      keepOnly(path, bytes - length / 2);
      const { bytesRead } = await handle.read(Buffer.alloc(length), 0, length, bytes - length / 2);
      expect(bytesRead).toBe(length / 2);
      // Some took several attempts, or it was not that.
      const after = now();
      expect(after.submitted - before.submitted).toBeGreaterThan(
        after.completed - before.completed,
      );
      await handle.close();
    },
  );

  test('into several buffers that finds only its first pages cached is complete', async () => {
    const path = folder.file('in-part-by-vectors');
    const bytes = (1 << 22) + 1234;
    const contents = writeNumbered(path, bytes);
    const handle = await open(path);
    for (let at = 10; at < bytes; at += 1 << 20) {
      keepOnly(path, at);
      const buffers = [7, 0, 50_000, 1, 4096, 95_896].map((length) => Buffer.alloc(length));
      const { bytesRead } = await handle.readv(buffers, at);
      expect(bytesRead).toBe(Math.min(150_000, bytes - at));
      const all = Buffer.concat(buffers).subarray(0, bytesRead);
      expect(all.equals(contents.subarray(at, at + bytesRead))).toBe(true);
    }
    await handle.close();
  });

  test('of what is cached ends in line, without a thread', async () => {
    const path = folder.file('cached');
    writeNumbered(path, 1 << 16);
    bringIn(path);
    const handle = await open(path);
    const { inLine, offloaded } = await counted(async () => {
      for (let i = 0; i < 100; i++) await handle.read(Buffer.alloc(4096), 0, 4096, i * 100);
    });
    expect({ inLine, offloaded }).toEqual({ inLine: 100, offloaded: 0 });
    await handle.close();
  });

  test('of what is not cached goes to submit threads', async () => {
    const path = folder.file('cold');
    const contents = writeNumbered(path, 1 << 24);
    const handle = await open(path);
    evict(path);
    expect(cachedBytes(path) ?? 0).toBe(0);
    const before = now();
    // Not each of them: a page may come while the attempt that has asked for it looks once more.
    for (let offset = 0; offset < 1 << 24; offset += 1 << 20) {
      const { buffer } = await handle.read(Buffer.alloc(4096), 0, 4096, offset);
      expect(buffer.equals(contents.subarray(offset, offset + 4096))).toBe(true);
    }
    expect(now().offloaded).toBeGreaterThan(before.offloaded);
    await handle.close();
  });

  test('is waited for by one thread where its attempt has started the read-ahead', async () => {
    const path = folder.file('begun');
    writeNumbered(path, 1 << 24);
    const handle = await open(path);
    evict(path);
    /** What was given to threads: how many bytes, and whether they had begun. */
    const given: { readonly bytes: number; readonly begun: boolean }[] = [];
    const actual = Reflect.get(SubmitThreads.prototype, 'submit') as (...args: unknown[]) => number;
    using _submit = vi.spyOn(SubmitThreads.prototype, 'submit').mockImplementation(function (
      this: SubmitThreads,
      ...args: unknown[]
    ) {
      const [, slab, slots, nr, options] = args;
      for (const slot of (slots as Uint32Array).subarray(0, nr as number)) {
        const { size, aio_nbytes } = layout.iocb;
        const bytes = (slab as IocbSlab).u32[(slot * size + aio_nbytes) / 4 + LOW]!;
        given.push({ bytes, begun: (options as { begun?: boolean } | undefined)?.begun === true });
      }
      return actual.apply(this, args);
    });
    const read = async (bytes: number, from: number): Promise<void> => {
      for (let i = 0; i < 8; i++) {
        await handle.read(Buffer.alloc(bytes), 0, bytes, from + i * (1 << 19));
      }
    };
    await read(4096, 0);
    // Of so much the kernel may read ahead but a part; what is left where its first pages were there may be less.
    await read(1 << 17, 1 << 22);
    expect(given.length).toBeGreaterThan(0);
    expect(given.map(({ begun }) => begun)).toEqual(given.map(({ bytes }) => bytes <= 1 << 16));
    // Nothing was tried.
    given.length = 0;
    await read(1 << 18, 1 << 23);
    expect(given).toEqual(Array.from({ length: 8 }, () => ({ bytes: 1 << 18, begun: false })));
    await handle.close();
  });

  test('of many places that are not cached finds each of them', async () => {
    const path = folder.file('cold-many');
    const contents = writeNumbered(path, 1 << 24);
    const handle = await open(path);
    evict(path);
    const reads = Array.from({ length: 256 }, async (_, i) => {
      const at = ((i * 97) % 256) * 65_536;
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(8192), 0, 8192, at);
      return bytesRead === 8192 && buffer.equals(contents.subarray(at, at + 8192));
    });
    expect(await Promise.all(reads)).toEqual(reads.map(() => true));
    await handle.close();
  });

  test('of 256 KiB or more goes to submit threads, though it is cached', async () => {
    const path = folder.file('large');
    const contents = writeNumbered(path, 1 << 20);
    bringIn(path);
    const handle = await open(path);
    const { inLine, offloaded } = await counted(async () => {
      const { buffer } = await handle.read(Buffer.alloc(1 << 20), 0, 1 << 20, 0);
      expect(buffer.equals(contents)).toBe(true);
      await handle.read(Buffer.alloc(1 << 18), 0, 1 << 18, 0);
      await handle.read(Buffer.alloc(1 << 18), 0, (1 << 18) - 1, 0);
    });
    expect({ inLine, offloaded }).toEqual({ inLine: 1, offloaded: 2 });
    await handle.close();
  });
});
