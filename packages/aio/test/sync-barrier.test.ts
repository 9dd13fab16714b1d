// sync() and datasync() cover every write that was issued before them on their handle. What is seen
// here is the file at the moment when the kernel is asked to sync it.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readFileSync, statSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { constants } from 'node:os';
import * as bind from 'aio-bind';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { open } from '../src/index.js';
import { TempFolder } from './support/temp-folder.js';

// Real, but watched.
vi.mock('aio-bind', { spy: true });

let folder: TempFolder;
beforeAll(() => {
  folder = new TempFolder();
});
afterAll(() => folder[Symbol.dispose]());

let actual: typeof bind;
beforeAll(async () => {
  actual = await vi.importActual<typeof bind>('aio-bind');
});

/** What was in the file when the kernel was asked to sync it, each time. */
let contentsAtSync: string[];
let path: string;

beforeEach(({ task }) => {
  path = folder.file(task.id);
  contentsAtSync = [];
  const submit = ((ctx, nr, slab: bind.IocbSlab, slots: Uint32Array) => {
    for (const slot of slots.subarray(0, nr)) {
      const { aio_lio_opcode: opcode } = new bind.Iocb(slab, slot);
      if (opcode === bind.IOCB_CMD_FSYNC || opcode === bind.IOCB_CMD_FDSYNC) {
        contentsAtSync.push(readFileSync(path, 'latin1'));
      }
    }
    return actual.io_submit(ctx, nr, slab, slots);
  }) as typeof bind.io_submit;
  vi.mocked(bind.io_submit).mockImplementation(submit);
});
afterEach(() => void vi.mocked(bind.io_submit).mockReset());

const COUNT = 40;
const LENGTH = 5000;
const piece = (i: number): Buffer => Buffer.alloc(LENGTH, 97 + (i % 26));

/** Each way to write, as often as there are pieces. */
const ways: Record<string, (handle: FileHandle, i: number) => Promise<unknown>> = {
  'write at a position': (handle, i) => handle.write(piece(i), 0, LENGTH, i * LENGTH),
  'write where the descriptor is': (handle, i) => handle.write(piece(i)),
  'write a string where the descriptor is': (handle, i) => handle.write(piece(i).toString()),
  'write a string in an encoding of its own': (handle, i) =>
    handle.write(piece(i).toString(), i * LENGTH, 'latin1'),
  writev: (handle, i) =>
    handle.writev([piece(i).subarray(100), piece(i).subarray(0, 100)], i * LENGTH),
  'writev where the descriptor is': (handle, i) => handle.writev([piece(i)]),
  writeFile: (handle, i) => handle.writeFile(piece(i)),
  appendFile: (handle, i) => handle.appendFile(piece(i).toString()),
};

describe.for([
  ['sync()', (handle: FileHandle) => handle.sync()],
  ['datasync()', (handle: FileHandle) => handle.datasync()],
] as const)('%s', ([, sync]) => {
  test.for(Object.keys(ways))('comes after each earlier call to %s', async (way) => {
    const handle = await open(path, 'w+');
    const write = ways[way] ?? (() => Promise.reject(new TypeError(way)));
    const writes = Array.from({ length: COUNT }, (_, i) => write(handle, i));
    await sync(handle);
    expect(contentsAtSync).toEqual([Array.from({ length: COUNT }, (_, i) => piece(i)).join('')]);
    await Promise.all(writes);
    await handle.close();
  });

  test('comes after each earlier write to a handle that appends', async () => {
    const handle = await open(path, 'a');
    const writes = Array.from({ length: COUNT }, () => handle.write(piece(0)));
    await sync(handle);
    expect(contentsAtSync).toEqual([piece(0).toString().repeat(COUNT)]);
    await Promise.all(writes);
    await handle.close();
  });

  test('covers, of several, what came before each', async () => {
    const handle = await open(path, 'w+');
    const all: Promise<unknown>[] = [];
    for (let i = 0; i < 10; i++) {
      all.push(handle.write(piece(i), 0, LENGTH, i * LENGTH), sync(handle));
    }
    await Promise.all(all);
    expect(contentsAtSync.length).toBe(10);
    for (const [i, contents] of contentsAtSync.entries()) {
      const covered = Array.from({ length: i + 1 }, (_, j) => piece(j)).join('');
      expect(contents.startsWith(covered)).toBe(true);
    }
    await handle.close();
  });

  test('is not kept waiting by writes that are issued after it without end', async () => {
    const handle = await open(path, 'w+');
    let syncs = 0;
    const writing = Array.from({ length: 8 }, async (_, lane) => {
      for (let i = 0; syncs < 5; i++) await handle.write(piece(i), 0, LENGTH, lane * LENGTH);
    });
    for (; syncs < 5; syncs++) await sync(handle);
    await Promise.all(writing);
    await handle.close();
  });

  test('says what one before has come to that was given up on', async () => {
    const handle = await open(path, 'w');
    for (const givenUp of [1, 2]) {
      // The kernel says once that something is lost.
      vi.mocked(bind.io_submit).mockImplementationOnce(() => {
        throw bind.errnoError(-constants.errno.EIO, 'fsync');
      });
      const given = new AbortController();
      const unheard = Array.from({ length: givenUp }, () => handle.sync({ signal: given.signal }));
      given.abort();
      const outcomes = await Promise.allSettled(unheard);
      for (const { status } of outcomes) expect(status).toBe('rejected');
      await expect(sync(handle)).rejects.toMatchObject({ code: 'EIO' });
      await sync(handle);
    }
    await handle.close();
  });

  test("does not wait for another handle's writes", async () => {
    const handle = await open(path, 'w+');
    await handle.write('x');
    using other = new TempFolder();
    const busy = await open(other.file('other'), 'w');
    const seen = { synced: false };
    const writing = async (): Promise<void> => {
      while (!seen.synced) await busy.write(piece(0), 0, LENGTH, 0);
    };
    const syncing = sync(handle).then(() => (seen.synced = true));
    await Promise.all([writing(), syncing]);
    await Promise.all([handle.close(), busy.close()]);
  });

  test('covers an earlier write where the descriptor is that is given up on when the kernel has it', async () => {
    const handle = await open(path, 'w');
    const given = new AbortController();
    const large = Buffer.alloc(1 << 25, 'b');
    // Its turn comes behind the sync's call.
    const onStart = (message: unknown): void => {
      if ((message as { offset: number }).offset === LENGTH) setImmediate(() => given.abort());
    };
    subscribe('aio.operation.start', onStart);
    const first = handle.write(piece(0));
    const writing = handle.writeFile(large, { signal: given.signal });
    const syncing = handle.sync();
    await Promise.all([first, writing.catch(() => undefined), syncing]);
    unsubscribe('aio.operation.start', onStart);
    // Or it was taken back before a thread had it.
    expect(contentsAtSync).toHaveLength(1);
    expect(contentsAtSync[0]).toHaveLength(statSync(path).size);
    await handle.close();
  });

  test.for(['a buffer', 'a string'])(
    'goes on where an earlier write has failed, which is heard of first: %s',
    async (what) => {
      const handle = await open(path, 'w+');
      const far = Number.MAX_SAFE_INTEGER - 2 * LENGTH;
      // Often: most of the time a sync takes longer than that anyway.
      for (let i = 0; i < 200; i++) {
        const heard: string[] = [];
        const failing =
          what === 'a buffer'
            ? handle.write(piece(0), 0, LENGTH, far)
            : handle.write(piece(0).toString(), far);
        await Promise.all([
          failing.catch((error: unknown) => heard.push((error as NodeJS.ErrnoException).code!)),
          sync(handle).then(() => heard.push('synced')),
        ]);
        expect(heard).toEqual(['EFBIG', 'synced']);
      }
      await handle.close();
    },
  );
});
