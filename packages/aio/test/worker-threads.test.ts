import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  constants,
  openSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { open } from '../src/index.js';
import { startWorker } from './support/child.js';
import { evict, writeNumbered } from './support/page-cache.js';
import { rounds } from './support/rounds.js';
import { TempFolder } from './support/temp-folder.js';

const ROUNDS = rounds(30, 9);
const FILE_BYTES = 1 << 22;

let folder: TempFolder;
beforeAll(() => {
  folder = new TempFolder();
});
afterAll(() => folder[Symbol.dispose]());

/** How many contexts this process has: the kernel maps the ring of each. */
const contexts = (): number => readFileSync('/proc/self/maps', 'utf8').split('/[aio]').length - 1;

/** The descriptors that this process, which is that of all its workers, has of a file. */
function descriptorsOf(path: string): number[] {
  const real = realpathSync(path);
  const leadsThere = (fd: string): boolean => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === real;
    } catch {
      return false; // closed since the folder was read
    }
  };
  return readdirSync('/proc/self/fd').filter(leadsThere).map(Number);
}

test('workers have an engine each, which serves them beside the others', async () => {
  const path = folder.file('shared');
  writeNumbered(path, FILE_BYTES);
  evict(path);
  const handle = await open(path);
  await handle.read(Buffer.alloc(1), 0, 1, 0);
  const before = contexts();
  const workers = Array.from({ length: 4 }, () =>
    startWorker(async ({ aio, parentPort }, file) => {
      const own = await aio.open(file, 'r', { backend: 'kernel' });
      const reads = Array.from({ length: 500 }, async (_, i) => {
        const { buffer } = await own.read(Buffer.alloc(8), 0, 8, i * 8192);
        if (buffer.readUInt32LE() !== i * 8192) throw new Error(`block ${i} is wrong`);
      });
      await Promise.all(reads);
      await own.close();
      parentPort.postMessage(aio.stats()?.completed);
      // Stays until it is told to go.
      await new Promise((resolve) => parentPort.once('message', resolve));
    }, path),
  );
  const messages = await Promise.all(workers.map((worker) => once(worker, 'message')));
  expect(messages).toEqual(workers.map(() => [500]));
  expect(contexts()).toBe(before + 4);
  for (const worker of workers) worker.postMessage('go');
  const exits = await Promise.all(workers.map((worker) => once(worker, 'exit')));
  expect(exits).toEqual(workers.map(() => [0]));
  expect(contexts()).toBe(before);
  await handle.close();
});

test('workers that are terminated at any moment take nothing with them, and leave nothing', async () => {
  const path = folder.file('terminated');
  const contents = writeNumbered(path, FILE_BYTES);
  const handle = await open(path, 'r+');
  await handle.read(Buffer.alloc(1), 0, 1, 0);
  const before = contexts();
  const threads = readdirSync('/proc/self/task').length;
  for (let round = 0; round < ROUNDS; round++) {
    evict(path);
    const worker = startWorker(async ({ aio, parentPort }, file) => {
      const own = await aio.open(file, 'r+', { backend: 'kernel' });
      parentPort.postMessage('ready');
      const lanes = Array.from({ length: 16 }, async (_, lane) => {
        for (let i = 0; ; i++) {
          const at = ((lane * 64 + i) * 4096) % (1 << 22);
          const { buffer } = await own.read(Buffer.alloc(4096), 0, 4096, at);
          if (lane % 4 === 0) await own.write(buffer, 0, 4096, at);
          if (lane % 8 === 0) await own.datasync();
          if (lane === 5) await own.readFile();
        }
      });
      await Promise.all(lanes);
    }, path);
    const ready = round % 3 !== 0;
    if (ready) await once(worker, 'message');
    for (let turn = 0; turn < round * 3; turn++) await nextTurn();
    await worker.terminate();
    const { bytesRead } = await handle.read(Buffer.alloc(64), 0, 64, round * 64);
    expect(bytesRead).toBe(64);
  }
  expect(contexts()).toBe(before);
  // Workers wrote only what they had read.
  expect((await handle.readFile()).equals(contents)).toBe(true);
  await handle.close();
  // Besides Node's own pool, which may have started meanwhile, and our submit threads.
  expect(readdirSync('/proc/self/task').length).toBeLessThanOrEqual(threads + 8);
});

test('workers that are terminated within readFile, at any moment, leave no descriptor', async () => {
  const path = folder.file('whole');
  writeNumbered(path, FILE_BYTES);
  for (let round = 0; round < ROUNDS; round++) {
    const worker = startWorker(async ({ aio, parentPort }, file) => {
      // The first is Node's to open, whose own it is to close.
      const done = (): number => aio.stats()?.completed ?? 0;
      let before: number;
      do {
        before = done();
        await aio.readFile(file);
      } while (done() === before);
      parentPort.postMessage('ready');
      const lanes = Array.from({ length: 4 }, async () => {
        for (;;) await aio.readFile(file);
      });
      await Promise.all(lanes);
    }, path);
    await once(worker, 'message');
    if (round % 3 === 0) evict(path);
    for (let turn = 0; turn < round * 3; turn++) await nextTurn();
    await worker.terminate();
    expect(descriptorsOf(path)).toEqual([]);
  }
});

test('a worker that is terminated while it waits for a FIFO leaves no descriptor', async ({
  skip,
}) => {
  const elsewhere = statSync(folder.path).dev !== statSync('/').dev;
  skip(elsewhere, 'not runnable here: temporary files are not on the mount of the root directory');
  const hot = folder.file('hot');
  writeNumbered(hot, 4096);
  const fifo = folder.file('fifo');
  execFileSync('mkfifo', [fifo]);
  const held = openSync(fifo, constants.O_RDWR);
  const worker = startWorker(
    async ({ aio, nextTurn: turned, parentPort }, [file, waiting]) => {
      // Until it is known that what is on this mount is opened at once: nothing is asked of Node's pool any more, by
      // which the FIFO would hold up the end of this worker.
      for (let atOnce = 0; atOnce < 3; atOnce++) {
        const reading = aio.readFile(file);
        if (process.getActiveResourcesInfo().includes('FSReqPromise')) atOnce = -1;
        await reading;
        await turned();
      }
      const reading = aio.readFile(waiting);
      parentPort.postMessage('waits');
      await reading;
    },
    [hot, fifo] as const,
  );
  await once(worker, 'message');
  await expect.poll(() => descriptorsOf(fifo), { timeout: 10_000 }).toHaveLength(2);
  await worker.terminate();
  expect(descriptorsOf(fifo)).toEqual([held]);
  closeSync(held);
});
