// What Node serves (a FIFO, /proc, all where there is no kernel AIO) is given up on in the same way as what the kernel does.
import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { open as nodeOpen } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type AioFileHandle, open } from '../src/index.js';
import { TempFolder } from './support/temp-folder.js';

let folder: TempFolder;
beforeAll(() => {
  folder = new TempFolder();
});
afterAll(() => folder[Symbol.dispose]());

/** A FIFO that nothing comes through, and what lets go of the threads that wait for it. */
async function silentFifo(name: string): Promise<[AioFileHandle, () => Promise<void>]> {
  const path = folder.file(name);
  execFileSync('mkfifo', [path]);
  const fd = openSync(path, constants.O_RDWR);
  const handle = await open(path, 'r');
  return [
    handle,
    async () => {
      writeSync(fd, Buffer.alloc(1 << 15));
      closeSync(fd);
      await handle.close();
    },
  ];
}

type Way = (handle: AioFileHandle, patience: object) => Promise<unknown>;
const WAYS: Record<string, Way> = {
  'read of a buffer': (handle, patience) => handle.read(Buffer.alloc(8), { ...patience }),
  'read of options': (handle, patience) => handle.read({ buffer: Buffer.alloc(8), ...patience }),
  readv: (handle, patience) => handle.readv([Buffer.alloc(8)], null, patience),
  readFile: (handle, patience) => handle.readFile(patience),
};

test.for(Object.keys(WAYS))('%s of a FIFO', async (name) => {
  const way = WAYS[name]!;
  const [handle, letGo] = await silentFifo(name);
  await expect(way(handle, { timeout: 1 })).rejects.toMatchObject({
    name: 'AbortError',
    cause: { name: 'TimeoutError' },
  });
  const given = new AbortController();
  const reading = way(handle, { signal: given.signal });
  given.abort('enough');
  await expect(reading).rejects.toMatchObject({ name: 'AbortError', cause: 'enough' });
  await expect(way(handle, { signal: given.signal })).rejects.toMatchObject({ name: 'AbortError' });
  await expect(way(handle, { timeout: -1 })).rejects.toMatchObject({ code: 'ERR_OUT_OF_RANGE' });
  await letGo();
});

test('what is in time is as without', async () => {
  const path = folder.file('file');
  const handle = await open(path, 'w+', { backend: 'node' });
  const patience = { signal: new AbortController().signal, timeout: 100_000 };
  await handle.writeFile('text', patience);
  await handle.write(Buffer.from('T'), { position: 0, ...patience });
  await handle.sync(patience);
  await handle.datasync(patience);
  const { buffer } = await handle.read(Buffer.alloc(4), { position: 0, ...patience });
  expect(String(buffer)).toBe('Text');
  const given = { signal: AbortSignal.abort() };
  for (const call of [
    handle.write(Buffer.from('x'), { position: 0, ...given }),
    handle.writev([Buffer.from('x')], 0, given),
    handle.sync(given),
  ]) {
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
  }
  expect(String((await handle.read(Buffer.alloc(4), 0, 4, 0)).buffer)).toBe('Text');
  await handle.close();
});

test('a sync that is given up on, and fails: the next one says so', async () => {
  const handle = await open(folder.file('unsynced'), 'w', { backend: 'node' });
  const node = Object.getPrototypeOf(Object.getPrototypeOf(handle)) as AioFileHandle;
  vi.spyOn(node, 'sync').mockRejectedValueOnce(new Error('EIO'));
  const given = new AbortController();
  const syncing = handle.sync({ signal: given.signal });
  given.abort();
  await expect(syncing).rejects.toMatchObject({ name: 'AbortError' });
  await expect(handle.datasync()).rejects.toThrow('EIO');
  await handle.datasync();
  vi.restoreAllMocks();
  await handle.close();
});

test('a signal of another class is judged and heard by Node', async () => {
  const signal = (aborted: boolean): AbortSignal =>
    Object.assign(new EventTarget(), { aborted, reason: 'enough' }) as never;
  const outcomes: unknown[] = [];
  for (const openFile of [nodeOpen, (path, flags) => open(path, flags, { backend: 'node' })] as [
    typeof nodeOpen,
    typeof nodeOpen,
  ]) {
    const handle = await openFile(folder.file('signals'), 'w+');
    const ways = [
      (options: object) => handle.writeFile('one ', options),
      (options: object) => handle.appendFile('two ', options),
      (options: object) => handle.writeFile(['three'] as never, options),
      (options: object) => handle.readFile(options),
    ];
    const ended: Promise<unknown>[] = [];
    for (const way of ways) {
      for (const given of [signal(false), signal(true), 5]) {
        ended.push(way({ signal: given }).then(String, String));
        await ended.at(-1);
      }
    }
    outcomes.push(await Promise.all(ended));
    await handle.close();
  }
  expect(outcomes[1]).toEqual(outcomes[0]);
  expect(outcomes[0]).toContain('AbortError: The operation was aborted');
});
