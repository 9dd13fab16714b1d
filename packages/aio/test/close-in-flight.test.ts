import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import type { EventEmitter } from 'node:events';
import type { FileHandle } from 'node:fs/promises';
import { open as nodeOpen } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { open } from '../src/index.js';
import { OwnEngine } from './support/own-engine.js';
import { evict, writeNumbered } from './support/page-cache.js';
import { TempFolder } from './support/temp-folder.js';

const FILE_BYTES = 1 << 22;

let folder: TempFolder;
beforeAll(() => {
  folder = new TempFolder();
});
afterAll(() => folder[Symbol.dispose]());

/** Every call that could reach a descriptor. */
const callsOf = (handle: FileHandle): (() => Promise<unknown>)[] => {
  const text = 'must not arrive';
  const bytes = (): Buffer => Buffer.from(text);
  return [
    () => handle.read(Buffer.alloc(8), 0, 8, 0),
    () => handle.read(Buffer.alloc(8)),
    () => handle.readv([Buffer.alloc(8)], 0),
    () => handle.readFile(),
    () => handle.write(bytes(), 0, 8, 0),
    () => handle.write(bytes()),
    () => handle.write(text),
    () => handle.write(text, 0, 'latin1'),
    () => handle.writev([bytes()], 0),
    () => handle.writev([bytes()]),
    () => handle.writeFile(text),
    () => handle.appendFile(bytes()),
    () => handle.sync(),
    () => handle.datasync(),
  ];
};

describe('close()', () => {
  test('resolves after every operation that was called before it', async () => {
    const path = folder.file('cold');
    const contents = writeNumbered(path, FILE_BYTES);
    evict(path);
    const handle = await open(path, 'r+');
    const settled: string[] = [];
    const reads = Array.from({ length: 50 }, async (_, i) => {
      const at = i * 80_000;
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(4096), 0, 4096, at);
      expect(bytesRead).toBe(4096);
      expect(buffer.equals(contents.subarray(at, at + 4096))).toBe(true);
      settled.push('read');
    });
    const write = handle.write(contents, 0, 4096, 0).then(() => settled.push('write'));
    const sync = handle.sync().then(() => settled.push('sync'));
    await handle.close().then(() => settled.push('close'));
    await Promise.all([...reads, write, sync]);
    expect(settled.length).toBe(53);
    expect(settled.at(-1)).toBe('close');
  });

  test('waits for operations that have yet to have their turn at the descriptor', async () => {
    const path = folder.file('turns');
    const handle = await open(path, 'w+');
    const writes = Array.from({ length: 100 }, (_, i) =>
      handle.write(`${i}`.padStart(7, '0').concat('\n')),
    );
    await handle.close();
    expect(readFileSync(path, 'utf8')).toBe(
      writes.map((_, i) => `${i}`.padStart(7, '0').concat('\n')).join(''),
    );
    await Promise.all(writes);
  });

  test('waits for what goes to the end of the file', async () => {
    const path = folder.file('appends');
    const handle = await open(path, 'a');
    const writes = Array.from({ length: 100 }, () => handle.appendFile('12345678'));
    await handle.close();
    await Promise.all(writes);
    expect(readFileSync(path, 'utf8')).toBe('12345678'.repeat(100));
  });

  test('may be called again, during and after', async () => {
    const path = folder.file('twice');
    writeFileSync(path, 'x');
    const handle = await open(path);
    const read = handle.read(Buffer.alloc(1), 0, 1, 0);
    await Promise.all([handle.close(), handle.close()]);
    await handle.close();
    expect((await read).bytesRead).toBe(1);
    expect(handle.fd).toBe(-1);
  });

  test('emits "close" once', async () => {
    const handle = await open(folder.file('emits'), 'w');
    let emitted = 0;
    (handle as unknown as EventEmitter).on('close', () => emitted++);
    await Promise.all([handle.write('x'), handle.close()]);
    await handle.close();
    expect(emitted).toBe(1);
  });
});

test("a closed handle refuses every call as Node's does, and leaves alone the file that has its number", async () => {
  const victim = folder.file('victim');
  writeFileSync(victim, 'untouched');
  writeFileSync(folder.file('closed'), 'closed');
  const handle = await open(folder.file('closed'), 'r+');
  const nodes = await nodeOpen(folder.file('closed'), 'r+');
  const number = handle.fd;
  await handle.close();
  const other = openSync(victim, 'r+');
  expect(other).toBe(number);
  await nodes.close();
  const expected = await Promise.allSettled(callsOf(nodes).map((call) => call()));
  const found = await Promise.allSettled(callsOf(handle).map((call) => call()));
  expect(found).toEqual(expected);
  for (const result of found) {
    expect(result).toMatchObject({ status: 'rejected', reason: { code: 'EBADF' } });
  }
  expect(readFileSync(other, 'utf8')).toBe('untouched');
  closeSync(other);
});

// What pullSync() and writer() of Node 26 end with (--experimental-stream-iter) where they have `autoClose`.
const probing = await nodeOpen('/dev/null');
const closeSyncSymbol = Object.getOwnPropertySymbols(Object.getPrototypeOf(probing)).find(
  ({ description }) => description === 'kCloseSync',
);
await probing.close();

const noneHere = 'not runnable here: this Node closes nothing on the spot';

describe('closing on the spot, as Node has it', () => {
  const closeOnTheSpot = (handle: FileHandle): void => {
    (Reflect.get(handle, closeSyncSymbol!) as () => void).call(handle);
  };

  test('leaves the descriptor open to what is under way', async ({ skip }) => {
    skip(closeSyncSymbol === undefined, noneHere);
    const path = folder.file('on-the-spot');
    const contents = writeNumbered(path, 1 << 20);
    const handle = await open(path, 'r');
    const number = handle.fd;
    const reads = Array.from({ length: 100 }, (_, i) =>
      handle.read(Buffer.alloc(4096), 0, 4096, i * 8192),
    );
    const whole = handle.readFile();
    closeOnTheSpot(handle);
    const other = openSync(folder.file('victim-of-it'), 'w+');
    expect(other).not.toBe(number);
    for (const [i, { bytesRead, buffer }] of (await Promise.all(reads)).entries()) {
      expect(bytesRead).toBe(4096);
      expect(buffer.equals(contents.subarray(i * 8192, i * 8192 + 4096))).toBe(true);
    }
    expect((await whole).equals(contents)).toBe(true);
    closeSync(other);
    await handle.close();
    expect(handle.fd).toBe(-1);
  });

  test('is done at once where nothing is', async ({ skip }) => {
    skip(closeSyncSymbol === undefined, noneHere);
    const handle = await open(folder.file('at-once'), 'w');
    const number = handle.fd;
    closeOnTheSpot(handle);
    expect(handle.fd).toBe(-1);
    const other = openSync(folder.file('at-once'), 'r');
    expect(other).toBe(number);
    closeSync(other);
  });
});

test("a number that was closed behind the handle fails that file's operations only", async () => {
  using own = new OwnEngine();
  const path = folder.file('batch');
  const contents = writeNumbered(path, 1 << 16);
  const open = (): Promise<FileHandle> => own.open(path, 'r');
  const handles = [await open(), await open(), await open()] as const;
  const [good, bad, fine] = handles;
  closeSync(bad.fd);
  const reads = Array.from({ length: 20 }, (_, i) => i * 3).flatMap((first) =>
    [good, bad, fine].map((handle, i) =>
      handle.read(Buffer.alloc(100), 0, 100, (first + i) * 1000),
    ),
  );
  const settled = await Promise.allSettled(reads);
  for (const [i, result] of settled.entries()) {
    if (i % 3 === 1) {
      expect(result).toMatchObject({
        status: 'rejected',
        reason: { code: 'EBADF', syscall: 'read', message: 'EBADF: bad file descriptor, read' },
      });
    } else {
      expect(result).toMatchObject({ status: 'fulfilled', value: { bytesRead: 100 } });
      if (result.status === 'fulfilled') {
        const { buffer } = result.value;
        expect(buffer.equals(contents.subarray(i * 1000, i * 1000 + 100))).toBe(true);
      }
    }
  }
  await Promise.allSettled(handles.map((handle) => handle.close()));
});
