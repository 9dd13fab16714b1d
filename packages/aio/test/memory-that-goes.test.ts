// What waits for its turn at the descriptor is of the memory that there was at the call. Where that has gone by then, it
// fails as a transfer of one buffer does; what has come to it since is not transferred.
import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AioFileHandle, open } from '../src/index.js';
import { TempFolder } from './support/temp-folder.js';

type Resizable = ArrayBuffer & { resize(bytes: number): void };

// Not in the types of ES2023.
function resizable(bytes: number): Resizable {
  return Reflect.construct(ArrayBuffer, [bytes, { maxByteLength: 64 }]) as Resizable;
}

/** What can be done to memory so that there is less of it. */
const ways = {
  transferred: (memory: Resizable) => structuredClone(memory, { transfer: [memory] }),
  shrunk: (memory: Resizable) => {
    memory.resize(4);
  },
};
const isGone = { name: 'TypeError', code: 'ERR_INVALID_STATE' };

let folder: TempFolder;
let handle: AioFileHandle;
beforeEach(async () => {
  folder = new TempFolder();
  writeFileSync(folder.file('file'), '0123456789');
  handle = await open(folder.file('file'), 'r+');
});
afterEach(async () => {
  await handle.close();
  folder[Symbol.dispose]();
});

const written = (): string => readFileSync(folder.file('file'), 'latin1');

describe.each(Object.entries(ways))('memory that is %s before its turn', (_, lose) => {
  test.each(['writeFile', 'appendFile'] as const)('fails a %s', async (method) => {
    const memory = resizable(8);
    const before = handle.write('aaaa');
    const writing = handle[method](new Uint8Array(memory));
    lose(memory);
    const after = handle.write('bb');
    await expect(writing).rejects.toMatchObject(isGone);
    await Promise.all([before, after]);
    expect(written()).toBe('aaaabb6789');
  });

  test('fails a writev, of which nothing is written', async () => {
    const memory = resizable(8);
    const before = handle.write('aaaa');
    const writing = handle.writev([new Uint8Array(memory), Buffer.from('there')]);
    lose(memory);
    const after = handle.write('bb');
    await expect(writing).rejects.toMatchObject(isGone);
    await Promise.all([before, after]);
    expect(written()).toBe('aaaabb6789');
  });

  test('fails a readv, of which nothing is read', async () => {
    const memory = resizable(8);
    const there = Buffer.alloc(2);
    const before = handle.read(Buffer.alloc(4), 0, 4);
    const again = handle.read(Buffer.alloc(1), 0, 1);
    const reading = handle.readv([new Uint8Array(memory), there]);
    lose(memory);
    const after = handle.read(Buffer.alloc(2), 0, 2);
    await expect(reading).rejects.toMatchObject(isGone);
    await Promise.all([before, again]);
    expect((await after).buffer.toString()).toBe('56');
    expect(there).toEqual(Buffer.alloc(2));
  });
});

describe('memory that has grown before its turn', () => {
  test('is written by writev as far as it went at the call, where it has its place', async () => {
    const memory = resizable(4);
    new Uint8Array(memory).fill(66);
    const before = handle.write('aaaa');
    const writing = handle.writev([new Uint8Array(memory)]);
    memory.resize(12);
    const after = handle.write('CC');
    expect((await writing).bytesWritten).toBe(4);
    await Promise.all([before, after]);
    expect(written()).toBe('aaaaBBBBCC');
  });

  test('is read into by readv as far as it went at the call', async () => {
    const memory = resizable(4);
    const before = handle.read(Buffer.alloc(1), 0, 1);
    const again = handle.read(Buffer.alloc(1), 0, 1);
    const reading = handle.readv([new Uint8Array(memory)]);
    memory.resize(12);
    expect((await reading).bytesRead).toBe(4);
    await Promise.all([before, again]);
    expect(Buffer.from(memory).toString('latin1')).toBe(`2345${'\0'.repeat(8)}`);
  });

  test('is written by writeFile as far as it went at the call', async () => {
    const memory = resizable(4);
    new Uint8Array(memory).fill(66);
    const before = handle.write('aaaa');
    const writing = handle.writeFile(new Uint8Array(memory));
    memory.resize(12);
    await Promise.all([before, writing]);
    expect(written()).toBe('aaaaBBBB89');
  });
});
