// Others may have the same open file, and read and write where it is: a child, another thread, a call by number.
import { readFileSync, readSync, writeSync, writeFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { SERVED, type ServedHandle } from '../src/handle/served.js';
import { type AioFileHandle, open, stats } from '../src/index.js';
import { inChild } from './support/child.js';
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

  test('that is taken back before the kernel has it leaves it, too', async () => {
    const path = folder.file('taken-back');
    const handle = await open(path, 'w+');
    const given = new AbortController();
    const writing = handle.writeFile('header', { signal: given.signal });
    given.abort();
    await expect(writing).rejects.toMatchObject({ name: 'AbortError' });
    await handle.writeFile('fallback');
    expect(readFileSync(path, 'latin1')).toBe('fallback');
    await handle.close();
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

test.for(['w', 'a', 'r+'])(
  'a writeFile that fails half-way leaves the descriptor behind what was written (%s), as with Node',
  async (flags) => {
    const path = newPath();
    writeFileSync(path, '');
    const { result, stderr } = await inChild(
      async ({ aio, fs }, { path, flags }) => {
        const seen: unknown[] = [];
        for (const open of [fs.promises.open, aio.open]) {
          const handle = await open(path, flags);
          const failed = await handle.writeFile('0123456789').then(
            () => 'written',
            (error: unknown) => (error as NodeJS.ErrnoException).code,
          );
          const info = fs.readFileSync(`/proc/self/fdinfo/${handle.fd}`, 'latin1');
          seen.push([failed, /^pos:\s*(\d+)/m.exec(info)?.[1], fs.readFileSync(path, 'latin1')]);
          await handle.truncate(0);
          await handle.close();
        }
        return seen;
      },
      { path, flags },
      // In bytes, for each file.
      { wrapper: ['prlimit', '--fsize=6'] },
    );
    const expected = ['EFBIG', '6', '012345'];
    expect({ result, stderr }).toEqual({ result: [expected, expected], stderr: '' });
  },
);

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

  test('of what Node iterates over: a sync waits for the piece that is being written, not for the next', async () => {
    const path = newPath();
    const handle = await openNew(path);
    // Node writes it in 64 turns of the loop, so it is still at it when the sync is asked for.
    const large = Buffer.alloc(32 << 20, 'x');
    let open!: () => void;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const seen: string[] = [];
    async function* pieces(): AsyncGenerator<Buffer> {
      seen.push('begun');
      yield large;
      seen.push('written');
      await gate;
      yield Buffer.from('tail');
    }
    const writing = handle.writeFile(pieces() as never);
    await nextTurn();
    await handle.sync().then(() => seen.push('synced'));
    expect(seen).toEqual(['begun', 'written', 'synced']);
    open();
    await writing;
    expect(readFileSync(path).subarray(-5).toString()).toBe('xtail');
  });

  test.for(['sync', 'datasync'] as const)(
    'of that, who makes the pieces may wait for a %s, and write himself',
    async (method) => {
      const path = newPath();
      const handle = await openNew(path);
      async function* pieces(): AsyncGenerator<string> {
        yield 'one ';
        await handle[method]();
        await handle.write('two ');
        await handle[method]();
        yield 'three';
      }
      await handle.writeFile(pieces() as never);
      await handle.appendFile([' four'] as never);
      expect(readFileSync(path, 'latin1')).toBe('one two three four');
    },
  );

  test('of that ends with the first piece that is refused, and nobody waits for it', async () => {
    const handle = await openNew(newPath());
    const seen: string[] = [];
    function* pieces(): Generator {
      try {
        yield 'one';
        yield 2;
        seen.push('asked for more');
      } finally {
        seen.push('ended');
      }
    }
    await expect(handle.writeFile(pieces() as never)).rejects.toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
    });
    await handle.sync();
    expect(seen).toEqual(['ended']);
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
