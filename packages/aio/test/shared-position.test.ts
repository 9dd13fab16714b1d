// Others may have the same open file, and read and write where it is: a child, another thread, a call by number.
import { readFileSync, readSync, writeSync, writeFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { SERVED, type ServedHandle } from '../src/handle/served.js';
import { type AioFileHandle, open, stats } from '../src/index.js';
import { TempFolder } from './support/temp-folder.js';

let folder: TempFolder;
beforeAll(() => {
  folder = new TempFolder();
});
afterAll(() => folder[Symbol.dispose]());

let files = 0;
const newPath = (): string => folder.file(`shared-${files++}`);

async function openNew(path: string, flags = 'w+'): Promise<AioFileHandle> {
  const handle = await open(path, flags, { backend: 'kernel' });
  onTestFinished(() => handle.close());
  return handle;
}

/** Takes a handle's turn, until it is told to pass it on. */
function takeTurn(handle: AioFileHandle): () => void {
  const { file } = (handle as unknown as ServedHandle)[SERVED]!;
  let passOn!: () => void;
  const turn = new Promise<void>((resolve) => {
    passOn = resolve;
  });
  void file.position.alone(() => turn);
  return passOn;
}

describe('a write without a position', () => {
  test('has its place from the call on, and others theirs behind it', async () => {
    const path = newPath();
    const handle = await openNew(path);
    const writing = handle.write('first ');
    writeSync(handle.fd, 'second ');
    await writing;
    writeSync(handle.fd, 'third ');
    const together = handle.writev([Buffer.from('four'), Buffer.from('th ')]);
    writeSync(handle.fd, 'fifth ');
    await together;
    const whole = handle.writeFile('sixth ');
    writeSync(handle.fd, 'seventh');
    await whole;
    expect(readFileSync(path, 'latin1')).toBe('first second third fourth fifth sixth seventh');
  });

  test('of a stream has, too, each of them', async () => {
    const path = newPath();
    const handle = await openNew(path);
    const stream = handle.createWriteStream({ autoClose: false });
    for (let i = 0; i < 5; i++) {
      const written = new Promise((resolve) => stream.write(`ours ${i} `, resolve));
      await nextTurn();
      writeSync(handle.fd, `theirs ${i} `);
      await written;
    }
    await new Promise<void>((resolve) => stream.end(resolve));
    stream.destroy();
    const words = readFileSync(path, 'latin1').match(/\w+ \d/g) ?? [];
    const expected = Array.from({ length: 5 }, (_, i) => [`ours ${i}`, `theirs ${i}`]).flat();
    expect(words).toHaveLength(expected.length);
    expect(words.toSorted()).toEqual(expected.toSorted());
  });

  test('that comes to nothing leaves its place to the next', async () => {
    const path = newPath();
    const handle = await openNew(path);
    const detached = Buffer.from(new ArrayBuffer(100));
    const passOn = takeTurn(handle);
    const first = handle.write('first ');
    const nothing = handle.write(detached);
    const second = handle.write('second');
    structuredClone(detached.buffer, { transfer: [detached.buffer] });
    passOn();
    await expect(nothing).rejects.toThrow('detached');
    await Promise.all([first, second]);
    expect(readFileSync(path, 'latin1')).toBe('first second');
  });

  test('that is refused leaves it, too', async () => {
    const path = newPath();
    writeFileSync(path, 'read me');
    const handle = await openNew(path, 'r');
    await expect(handle.write('refused')).rejects.toMatchObject({
      code: 'EBADF',
      syscall: 'write',
    });
    expect((await handle.read(Buffer.alloc(20))).bytesRead).toBe(7);
  });

  test('that never began takes none', async () => {
    const path = newPath();
    const handle = await openNew(path);
    const signal = AbortSignal.abort();
    await expect(handle.write(Buffer.from('never'), { signal })).rejects.toThrow('aborted');
    await expect(handle.writeFile('never', { signal })).rejects.toThrow('aborted');
    await handle.write('first');
    expect(readFileSync(path, 'latin1')).toBe('first');
  });
});

test('a read moves the position on from where others have left it', async () => {
  const path = newPath();
  writeFileSync(path, '0123456789');
  const handle = await openNew(path, 'r');
  const passOn = takeTurn(handle);
  const reading = handle.read(Buffer.alloc(3));
  readSync(handle.fd, Buffer.alloc(2));
  passOn();
  expect((await reading).buffer.toString('latin1')).toBe('234');
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(10));
  expect(buffer.toString('latin1', 0, bytesRead)).toBe('56789');
});

describe('what waits for its turn', () => {
  test.for([
    ['read', (handle: AioFileHandle, limits: object) => handle.read(Buffer.alloc(4), limits)],
    ['write', (handle: AioFileHandle, limits: object) => handle.write(Buffer.alloc(4), limits)],
    [
      'readv',
      (handle: AioFileHandle, limits: object) => handle.readv([Buffer.alloc(4)], null, limits),
    ],
    [
      'writev',
      (handle: AioFileHandle, limits: object) => handle.writev([Buffer.alloc(4)], null, limits),
    ],
    ['readFile', (handle: AioFileHandle, limits: object) => handle.readFile(limits)],
    ['writeFile', (handle: AioFileHandle, limits: object) => handle.writeFile('1234', limits)],
  ] as const)('(a %s) is given up on before that has come', async ([, begin]) => {
    const path = newPath();
    const handle = await openNew(path);
    const passOn = takeTurn(handle);
    const first = handle.write('first ');
    const controller = new AbortController();
    const aborted = begin(handle, { signal: controller.signal });
    const late = begin(handle, { timeout: 1 });
    const second = handle.write('second');
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ name: 'AbortError', code: 'ABORT_ERR' });
    await expect(late).rejects.toMatchObject({ name: 'AbortError', code: 'ABORT_ERR' });
    expect(readFileSync(path, 'latin1')).toBe('');
    passOn();
    await Promise.all([first, second]);
    expect(readFileSync(path, 'latin1')).toBe('first second');
  });

  test('is refused at once where its options are wrong', async () => {
    const handle = await openNew(newPath());
    const passOn = takeTurn(handle);
    await expect(handle.write(Buffer.alloc(4), { timeout: -1 })).rejects.toMatchObject({
      code: 'ERR_OUT_OF_RANGE',
    });
    passOn();
  });
});

test('a stream of very many chunks leaves the handle to the kernel', async () => {
  const path = newPath();
  const handle = await openNew(path);
  const stream = handle.createWriteStream({ autoClose: false });
  const chunks = Array.from({ length: 3000 }, (_, i) => `${i},`);
  for (const chunk of chunks) stream.write(chunk);
  await new Promise<void>((resolve) => stream.end(resolve));
  expect(readFileSync(path, 'latin1')).toBe(chunks.join(''));
  const before = stats()!.completed;
  await handle.read(Buffer.alloc(4), 0, 4, 0);
  expect(stats()!.completed).toBe(before + 1);
  stream.destroy();
});

describe('a writeFile', () => {
  test('is ours, whatever else its options say', async () => {
    const path = newPath();
    const handle = await openNew(path);
    const before = stats()!.completed;
    await handle.writeFile('whole', { flush: true, mode: 0o600, flag: 'a' } as object);
    await handle.appendFile(' thing', { flush: false } as object);
    expect(stats()!.completed).toBe(before + 2);
    expect(readFileSync(path, 'latin1')).toBe('whole thing');
  });

  test('of what Node iterates over is waited for by a sync, and takes its place among others', async () => {
    const path = newPath();
    const handle = await openNew(path);
    let open!: () => void;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    async function* pieces(): AsyncGenerator<string> {
      yield 'head ';
      await gate;
      yield 'tail';
    }
    let isWritten = false;
    const writing = handle.writeFile(pieces() as never).then(() => {
      isWritten = true;
    });
    const synced = handle.sync().then(() => isWritten);
    open();
    await writing;
    expect(await synced).toBe(true);
    expect(readFileSync(path, 'latin1')).toBe('head tail');
  });

  test('of that is given up on in time', async () => {
    const handle = await openNew(newPath());
    async function* endless(): AsyncGenerator<string> {
      for (;;) {
        await nextTurn();
        yield 'more ';
      }
    }
    const writing = handle.writeFile(endless() as never, { timeout: 5 });
    await expect(writing).rejects.toMatchObject({ name: 'AbortError', code: 'ABORT_ERR' });
  });
});
