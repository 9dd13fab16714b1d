import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Inside, inChild } from './support/child.js';
import { evict, writeNumbered } from './support/page-cache.js';
import { TempFolder } from './support/temp-folder.js';

let folder: TempFolder;
beforeAll(() => {
  folder = new TempFolder();
});
afterAll(() => folder[Symbol.dispose]());

test('a process ends by itself once its engine is idle', async () => {
  const path = folder.file('idle');
  writeNumbered(path, 1 << 16);
  evict(path);
  const { status, stderr, result } = await inChild(async ({ aio }, file) => {
    const handle = await aio.open(file, 'r+', { backend: 'kernel' });
    await handle.read(Buffer.alloc(4096), 0, 4096, 0);
    await handle.write('x');
    await handle.sync();
    await handle.close();
    return aio.stats()?.offloaded;
  }, path);
  expect(result).toBeGreaterThan(0);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test.each([0, 1])(
  'a process ends by itself when what it awaited of a context came with %i that it polled',
  async (min) => {
    const fifo = folder.file(`fifo-${min}`);
    execFileSync('mkfifo', [fifo]);
    const { status, stderr, result } = await inChild(
      async ({ aio, fs, nextTurn }, { path, min }) => {
        const { O_NONBLOCK, O_RDONLY, O_RDWR } = fs.constants;
        const both = fs.openSync(path, O_RDWR | O_NONBLOCK);
        const file = fs.openSync(path, O_RDONLY | O_NONBLOCK);
        // It stays open, and must not hold the process.
        const context = new aio.AioContext({ maxInFlight: 2 });
        const run = context.run(new aio.PollOperation({ file, mask: aio.POLLIN }));
        await nextTurn();
        fs.writeSync(both, 'x');
        try {
          context.getEvents(min, 1);
        } catch {
          // There is none that was submitted, so to wait for one is refused.
        }
        return ((await run).result & aio.POLLIN) !== 0;
      },
      { path: fifo, min },
    );
    expect({ status, stderr, result }).toEqual({ status: 0, stderr: '', result: true });
  },
);

type Start = (handle: import('node:fs/promises').FileHandle, index: number) => Promise<unknown>;

/** Nothing of these is waited for; the process has to wait. */
const kinds: Record<string, Start> = {
  'reads of what is cached': (handle, i) => handle.read(Buffer.alloc(512), 0, 512, i * 512),
  'reads of what is not cached': (handle, i) => handle.read(Buffer.alloc(512), 0, 512, i * 8192),
  'reads where the descriptor is': (handle) => handle.read(Buffer.alloc(512)),
  writes: (handle, i) => handle.write(Buffer.alloc(512), 0, 512, i * 512),
  'writes where the descriptor is': (handle) => handle.write(Buffer.alloc(512)),
  'large reads': (handle) => handle.read(Buffer.alloc(1 << 19), 0, 1 << 19, 0),
  syncs: (handle) => handle.datasync(),
  'writes and syncs': (handle, i) => (i % 2 === 0 ? handle.write('x') : handle.sync()),
  'whole files': (handle) => handle.readFile(),
};

describe('a process does not end before its operations have', () => {
  test.for(Object.keys(kinds))('%s', async (kind) => {
    const path = folder.file(kind);
    writeNumbered(path, 1 << 20);
    if (kind.includes('not cached')) evict(path);
    const { status, result, stderr } = await inChild(
      ({ aio, fs }: Inside, { file, source }: { file: string; source: string }) => {
        const start = (0, eval)(`(${source})`) as Start;
        let settled = 0;
        process.on('exit', () => fs.writeSync(3, `${settled}`));
        void aio.open(file, 'r+', { backend: 'kernel' }).then(async (handle) => {
          const all = Array.from({ length: 40 }, async (_, i) => {
            await start(handle, i);
            settled++;
          });
          // Only then, so that nothing but the operations keeps the process.
          await Promise.all(all);
          await handle.close();
        });
      },
      { file: path, source: String(kinds[kind]) },
    );
    expect({ status, stderr, result }).toEqual({ status: 0, stderr: '', result: 40 });
  });

  /** To the kernel, at process.exit(): with LeakSanitizer it would count as leaked. */
  const nodeLeavesMemory = { env: { ASAN_OPTIONS: 'detect_leaks=0' } };

  test('process.exit() ends it with operations in flight', async () => {
    const path = folder.file('exit');
    writeNumbered(path, 1 << 22);
    evict(path);
    const { status, signal, stderr } = await inChild(
      async ({ aio }, file) => {
        const handle = await aio.open(file, 'r+', { backend: 'kernel' });
        for (let i = 0; i < 2000; i++) void handle.read(Buffer.alloc(512), 0, 512, i * 2048);
        for (let i = 0; i < 20; i++) void handle.write(Buffer.alloc(1 << 18), 0, 1 << 18, 0);
        void handle.sync();
        setImmediate(() => process.exit(7));
      },
      path,
      nodeLeavesMemory,
    );
    expect({ status, signal, stderr }).toEqual({ status: 7, signal: null, stderr: '' });
  });
});
