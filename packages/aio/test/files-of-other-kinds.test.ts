// What is no ordinary file on a disk: each behaves as it does with Node's own handle.
import { execFileSync } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmdirSync } from 'node:fs';
import { type FileHandle, open as nodeOpen } from 'node:fs/promises';
import { promisify } from 'node:util';
import { allocAligned } from 'aio-bind';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import aioFs from '../src/fs.js';
import { open } from '../src/index.js';
import { outcomeOf } from './support/outcome.js';
import { numberedBytes } from './support/page-cache.js';
import type { Call } from './support/random-call.js';
import type { Recipe } from './support/random-value.js';
import { TempFolder } from './support/temp-folder.js';

const { O_CREAT, O_DIRECT, O_NONBLOCK, O_RDWR } = constants;

let folder: TempFolder;
beforeAll(() => {
  folder = new TempFolder();
});
afterAll(() => folder[Symbol.dispose]());

const is = (value: unknown): Recipe => ({ is: 'value', value });
const view = (bytes: number): Recipe => ({ is: 'view', type: 'Buffer', bytes, at: 0 });

const read = (bytes: number, position: number | null): Call => ({
  method: 'read',
  args: [view(bytes), is(0), is(bytes), is(position)],
});
const write = (bytes: number, position: number | null): Call => ({
  method: 'write',
  args: [view(bytes), is(0), is(bytes), is(position)],
});
const readv: Call = { method: 'readv', args: [{ is: 'list', items: [view(3), view(5)] }, is(1)] };
const bare = (method: string): Call => ({ method, args: [] });
const readFile = bare('readFile');
const sync = bare('sync');
const datasync = bare('datasync');
const append: Call = { method: 'appendFile', args: [is('appended')] };

const everything = [
  ...[write(10, 0), write(5000, 4000), write(4, null), read(4, null), read(4, 2), read(9000, 0)],
  ...[readv, append, sync, datasync, read(4, 1 << 20), readFile, write(300_000, 100), readFile],
];
const reading = [read(4, 0), read(4, null), read(100, 2), readv, readFile, sync, read(10, 1 << 20)];

/** What the same calls come to with either's handle. */
async function byBoth(
  path: string,
  flags: string | number,
  calls: readonly Call[],
): Promise<[nodes: unknown, ours: unknown]> {
  const seen: unknown[] = [];
  for (const openFile of [nodeOpen, open] as (typeof nodeOpen)[]) {
    const handle = await openFile(path, flags);
    const outcomes: unknown[] = [];
    for (const call of calls) outcomes.push(await outcomeOf(handle, call));
    await handle.close();
    seen.push(outcomes);
  }
  return [seen[0], seen[1]];
}

describe("a handle of ours behaves as Node's does", () => {
  test('on tmpfs', async () => {
    using memory = new TempFolder('/dev/shm');
    const [nodes, ours] = await byBoth(memory.file('file'), 'w+', everything);
    expect(ours).toEqual(nodes);
  });

  test.for(['/proc/version', '/proc/sys/kernel/ostype', '/proc/self/limits', '/proc/cmdline'])(
    'on %s',
    async (path) => {
      const [nodes, ours] = await byBoth(path, 'r', reading);
      expect(ours).toEqual(nodes);
    },
  );

  test('on a directory', async () => {
    const [nodes, ours] = await byBoth(folder.path, 'r', [...reading, write(4, 0)]);
    expect(ours).toEqual(nodes);
  });

  test('on /dev/null', async () => {
    const [nodes, ours] = await byBoth('/dev/null', 'r+', everything);
    expect(ours).toEqual(nodes);
  });

  test('on /dev/zero', async () => {
    const [nodes, ours] = await byBoth('/dev/zero', 'r+', [
      ...[read(4, 0), read(5000, null), readv, write(4, 0), sync, datasync],
    ]);
    expect(ours).toEqual(nodes);
  });

  test('on a FIFO', async () => {
    const path = folder.file('fifo');
    execFileSync('mkfifo', [path]);
    const [nodes, ours] = await byBoth(path, O_RDWR | O_NONBLOCK, [
      ...[read(4, null), write(6, null), read(4, null), read(4, 0), write(3, null), readv],
      ...[sync, read(10, null), read(10, null)],
    ]);
    expect(ours).toEqual(nodes);
  });
});

/** Where each directory that is made is a tracer of its own, whose pipe is empty. */
const TRACERS = '/sys/kernel/tracing/instances';

/** It takes root, and a tracefs. */
const canTrace = ((): boolean => {
  try {
    accessSync(TRACERS, constants.W_OK);
    return true;
  } catch {
    return false;
  }
})();

test('a regular file that has no position is read like a pipe', async ({ skip }) => {
  skip(!canTrace, `not runnable here: needs root, and tracefs for ${TRACERS}`);
  const tracer = mkdtempSync(`${TRACERS}/aio-test-`);
  onTestFinished(() => {
    rmdirSync(tracer);
  });
  const pipe = `${tracer}/trace_pipe`;
  const reads = [read(4, null), read(4, 0), readFile, readv];
  const [nodes, ours] = await byBoth(pipe, O_NONBLOCK, reads);
  expect(ours).toEqual(nodes);
  const [empty, nowhere] = ['EAGAIN', 'ESPIPE'].map((code) => ({
    rejected: { code, syscall: 'read' },
  }));
  expect(nodes).toMatchObject([empty, nowhere, empty, nowhere]);
  const fd = aioFs.openSync(pipe, O_NONBLOCK);
  // Before its directory goes.
  onTestFinished(() => {
    aioFs.closeSync(fd);
  });
  const reading = promisify(aioFs.read);
  await expect(reading(fd, Buffer.alloc(4), 0, 4, null)).rejects.toMatchObject({
    code: 'EAGAIN',
    syscall: 'read',
  });
});

describe('with O_DIRECT', () => {
  const BLOCK = 4096;
  const openDirect = (name: string): Promise<FileHandle> =>
    open(folder.file(name), O_RDWR | O_CREAT | O_DIRECT);

  test('aligned writes and reads arrive, extending and overwriting', async () => {
    const handle = await openDirect('direct');
    const bytes = allocAligned(8 * BLOCK);
    numberedBytes(bytes.length).copy(bytes);
    for (const position of [0, bytes.length, 0]) {
      expect(await handle.write(bytes, 0, bytes.length, position)).toMatchObject({
        bytesWritten: bytes.length,
      });
    }
    await handle.sync();
    const back = allocAligned(4 * bytes.length);
    const { bytesRead } = await handle.read(back, 0, back.length, 0);
    expect(bytesRead).toBe(2 * bytes.length);
    expect(back.subarray(0, bytesRead).equals(Buffer.concat([bytes, bytes]))).toBe(true);
    const pieces = [allocAligned(BLOCK), allocAligned(2 * BLOCK)];
    expect((await handle.readv(pieces, BLOCK)).bytesRead).toBe(3 * BLOCK);
    expect(Buffer.concat(pieces).equals(bytes.subarray(BLOCK, 4 * BLOCK))).toBe(true);
    await handle.close();
  });

  test('reads end at an end of file that is aligned to nothing', async () => {
    const handle = await openDirect('direct-odd');
    await handle.write(allocAligned(2 * BLOCK).fill(7), 0, 2 * BLOCK, 0);
    await handle.truncate(BLOCK + 100);
    const { bytesRead } = await handle.read(allocAligned(4 * BLOCK), 0, 4 * BLOCK, 0);
    expect(bytesRead).toBe(BLOCK + 100);
    await handle.close();
  });

  test("misaligned positions fail as Node's do, and aligned ones go on by kernel AIO", async () => {
    const handle = await openDirect('misaligned');
    const nodes = await nodeOpen(folder.file('misaligned'), O_RDWR | O_DIRECT);
    const block = allocAligned(BLOCK);
    await handle.write(block, 0, BLOCK, 0);
    for (const method of ['read', 'write'] as const) {
      const outcomes = [nodes, handle].map((one) =>
        outcomeOf(one, { method, args: [is(block), is(0), is(BLOCK), is(1)] }),
      );
      const [expected, found] = await Promise.all(outcomes);
      expect(expected).toMatchObject({ rejected: { code: 'EINVAL', syscall: method } });
      expect(found).toEqual(expected);
    }
    expect((await handle.write(block, 0, BLOCK, 0)).bytesWritten).toBe(BLOCK);
    await Promise.all([nodes.close(), handle.close()]);
  });
});
