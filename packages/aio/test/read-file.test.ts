import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import nodeFs from 'node:fs';
import fsPromises, { open as nodeOpen } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import aioFs from '../src/fs.js';
import { open, readFile } from '../src/index.js';
import { readAtOnce } from '../src/whole/read-at-once.js';
import { readPlain } from '../src/whole/read-file.js';
import { rootDevice } from '../src/whole/root-mount.js';
import { evict, writeNumbered } from './support/page-cache.js';
import { expectSame } from './support/same-call.js';
import { TempFolder } from './support/temp-folder.js';

const same = (call: (read: typeof readFile) => Promise<unknown>): ReturnType<typeof expectSame> =>
  expectSame(fsPromises.readFile, readFile, call);

const wrong = (value: unknown): never => value as never;
const openDescriptors = (): number => readdirSync('/proc/self/fd').length;

/** How many are of files in a folder. */
function openDescriptorsIn(folder: TempFolder): number {
  const path = realpathSync(folder.path);
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(path);
    } catch {
      return false; // that of the folder that was read
    }
  }).length;
}

/** The first file of a device is Node's, the second the engine's: from then on they are read at once. */
beforeAll(async () => {
  using folder = new TempFolder();
  writeFileSync(folder.file('file'), 'text');
  const path = folder.file('file');
  while (typeof readAtOnce(path, null) === 'string') {
    await readPlain({ path, encoding: null });
    await nextTurn();
  }
  while (rootDevice() === undefined) await nextTurn();
});

/** Has the next path tried on the mount of the root directory, whatever has led elsewhere before. */
function tryOnRoot(folder: TempFolder): void {
  writeFileSync(folder.file('hot'), 'text');
  for (let i = 0; i < 100; i++) readAtOnce(folder.file('hot'), null);
}

describe('readFile', () => {
  test('a file that was written just now is read at once, without a thread', () => {
    using folder = new TempFolder();
    writeFileSync(folder.file('file'), 'text');
    expect(readAtOnce(folder.file('file'), 'utf8')).toEqual({ contents: 'text' });
  });

  test.for([0, 1, 4095, 4096, 4097, 65_536, 262_143, 262_144, 262_145, 3_000_000])(
    '%d bytes are what Node reads',
    async (size) => {
      using folder = new TempFolder();
      writeFileSync(folder.file('file'), randomBytes(size));
      const { value } = await same((read) => read(folder.file('file')));
      expect(value).toHaveLength(size);
    },
  );

  test('the Buffer is its own memory, not a part of a pool', async () => {
    using folder = new TempFolder();
    writeFileSync(folder.file('file'), 'text');
    const bytes = await readFile(folder.file('file'));
    expect(bytes.buffer.byteLength).toBe(4);
    const again = await readFile(folder.file('file'));
    expect(again.buffer).not.toBe(bytes.buffer);
  });

  test.for([
    'utf8',
    'UTF-8',
    'latin1',
    'ascii',
    'hex',
    'base64',
    'base64url',
    'utf16le',
    'ucs2',
    'binary',
  ])('as %s, random bytes are decoded as Node does', async (encoding) => {
    using folder = new TempFolder();
    for (const size of [1, 7, 1000, 70_001]) {
      writeFileSync(folder.file('file'), randomBytes(size));
      await same((read) => read(folder.file('file'), encoding as BufferEncoding));
      await same((read) => read(folder.file('file'), { encoding: encoding as BufferEncoding }));
    }
  });

  test('a path is a string, bytes or a URL', async () => {
    using folder = new TempFolder();
    const path = folder.file('schön 🐢');
    writeFileSync(path, 'text');
    for (const given of [
      path,
      Buffer.from(path),
      new Uint8Array(Buffer.from(path)),
      pathToFileURL(path),
    ]) {
      expect(await same((read) => read(wrong(given), 'utf8'))).toEqual({ value: 'text' });
    }
  });

  test('a symbolic link is followed, and its file is read', async () => {
    using folder = new TempFolder();
    writeFileSync(folder.file('file'), 'text');
    symlinkSync('file', folder.file('link'));
    expect(await same((read) => read(folder.file('link'), 'utf8'))).toEqual({ value: 'text' });
  });

  test.for([
    ['nothing', undefined],
    ['null', null],
    ['an empty object', {}],
    ['an unknown encoding', 'klingon'],
    ['an unknown encoding in an object', { encoding: 'klingon' }],
    ["encoding 'buffer'", 'buffer'],
    ['an empty encoding', ''],
    ['no encoding', { encoding: null }],
    ['a number', 1],
    ['a function', (): void => undefined],
    ["flag 'r'", { flag: 'r' }],
    ["flag 'r+'", { flag: 'r+' }],
    ["flag 'w', which empties it", { flag: 'w' }],
    ["flag 'ax', which fails", { flag: 'ax' }],
    ['an unknown flag', { flag: 'q' }],
    ['flag null', { flag: null }],
    ['a signal that is none', { signal: 'now' }],
    ['a signal that has come', { signal: AbortSignal.abort() }],
    ['a signal that does not come', { signal: new AbortController().signal }],
  ] as const)('options: %s', async ([, options]) => {
    using folder = new TempFolder();
    await same((read) => {
      writeFileSync(folder.file('file'), 'text');
      return read(folder.file('file'), wrong(options));
    });
  });

  const memories: Record<string, () => unknown> = {
    'that is large enough': () => Buffer.alloc(8),
    'that is no Buffer': () => new Uint8Array(8),
    'that is too small': () => Buffer.alloc(2),
    'that is none': () => 'memory',
    'by a function': () => (size: number) => Buffer.alloc(size + 1),
  };
  test.for(Object.keys(memories))(
    "the caller's own memory (%s) is filled as Node's version does it",
    async (which) => {
      using folder = new TempFolder();
      writeFileSync(folder.file('file'), 'text');
      const seen = async (read: (options: never) => Promise<unknown>): Promise<string[]> => {
        const buffer = memories[which]!();
        const result = (await read({ buffer } as never)) as Buffer;
        const isTheirs = result.buffer === (buffer as Uint8Array).buffer;
        return [result.toString(), isTheirs ? 'there' : 'elsewhere'];
      };
      await same((read) => seen((options) => read(folder.file('file'), options)));
      await expectSame(nodeOpen, open as typeof nodeOpen, async (openFile) => {
        await using handle = await openFile(folder.file('file'));
        return await seen((options) => handle.readFile(options));
      });
      await expectSame(nodeFs, aioFs, (fs) =>
        seen((options) => promisify(fs.readFile)(folder.file('file'), options)),
      );
    },
  );

  test('a signal that comes at once is heard', async () => {
    using folder = new TempFolder();
    writeFileSync(folder.file('file'), 'text');
    const { error } = await same((read) => {
      const controller = new AbortController();
      const reading = read(folder.file('file'), { signal: controller.signal });
      controller.abort();
      return reading;
    });
    expect(error).toMatchObject({ name: 'AbortError' });
  });

  test('a file that is known not to be there fails as with Node, by whatever name, and is read once it is there', async () => {
    using folder = new TempFolder();
    const path = folder.file('later');
    for (const name of [
      path,
      Buffer.from(path),
      Uint8Array.from(Buffer.from(path)),
      pathToFileURL(path),
    ]) {
      for (let i = 0; i < 3; i++) {
        const { error } = await same((read) => read(name as string));
        expect(error).toMatchObject({ code: 'ENOENT', errno: -2, syscall: 'open', path });
      }
    }
    writeFileSync(path, 'now');
    expect(await readFile(path, 'utf8')).toBe('now');
  });

  test.for([
    ['nonesuch', 'ENOENT'],
    ['', 'ENOENT'],
    ['/', 'EISDIR'],
    ['/dev/null/file', 'ENOTDIR'],
    ['/\0', 'ERR_INVALID_ARG_VALUE'],
    ['x'.repeat(300), 'ENAMETOOLONG'],
    [1.5, 'ERR_INVALID_ARG_TYPE'],
    [undefined, 'ERR_INVALID_ARG_TYPE'],
    [{}, 'ERR_INVALID_ARG_TYPE'],
    [new URL('http://example.org/'), 'ERR_INVALID_URL_SCHEME'],
    [new URL('file:///%00'), 'ERR_INVALID_ARG_VALUE'],
    [new URL('file:///%2f'), 'ERR_INVALID_FILE_URL_PATH'],
  ] as const)('path %o fails with %s, as with Node', async ([path, code]) => {
    const { error } = await same((read) => read(wrong(path)));
    expect(error).toMatchObject({ code });
  });

  test.for([
    '/proc/version',
    '/proc/self/cmdline',
    '/sys/kernel/mm/transparent_hugepage/enabled',
    '/dev/null',
  ])('%s, which has no size, is what Node reads', async (path) => {
    await same((read) => read(path, 'utf8'));
  });

  test('a file of a memory file system is what Node reads, again and again', async () => {
    using folder = new TempFolder('/dev/shm');
    const bytes = randomBytes(10_000);
    writeFileSync(folder.file('file'), bytes);
    for (let i = 0; i < 10; i++) {
      expect((await readFile(folder.file('file'))).equals(bytes)).toBe(true);
      await nextTurn();
    }
  });

  test('a file that is not cached is read with all its bytes', async () => {
    using folder = new TempFolder();
    for (const size of [1, 4096, 100_000, 2_000_000]) {
      const bytes = writeNumbered(folder.file('file'), size);
      evict(folder.file('file'));
      expect((await readFile(folder.file('file'))).equals(bytes)).toBe(true);
    }
  });

  test('a file of more than 2 GiB is refused as by Node', async () => {
    using folder = new TempFolder();
    writeFileSync(folder.file('file'), '');
    truncateSync(folder.file('file'), 2 ** 31);
    const { error } = await same((read) => read(folder.file('file')));
    expect(error).toMatchObject({ code: 'ERR_FS_FILE_TOO_LARGE' });
  });

  test('a FIFO is read when its writer comes, and its writer does not fail', async () => {
    using folder = new TempFolder();
    execFileSync('mkfifo', [folder.file('fifo')]);
    tryOnRoot(folder);
    for (let i = 0; i < 10; i++) {
      const writer = spawn('sh', ['-c', 'echo text > "$1"', 'sh', folder.file('fifo')]);
      const exit = once(writer, 'exit');
      expect(await readFile(folder.file('fifo'), 'utf8')).toBe('text\n');
      expect(await exit).toEqual([0, null]);
    }
  });

  test('a FIFO whose writer comes later is waited for', async () => {
    using folder = new TempFolder();
    execFileSync('mkfifo', [folder.file('fifo')]);
    tryOnRoot(folder);
    for (let i = 0; i < 10; i++) {
      const reading = readFile(folder.file('fifo'), 'utf8');
      await nextTurn();
      const writer = spawn('sh', ['-c', 'echo text > "$1"', 'sh', folder.file('fifo')]);
      const exit = once(writer, 'exit');
      expect(await reading).toBe('text\n');
      expect(await exit).toEqual([0, null]);
    }
  });

  test('a FIFO is read until its writer closes it, however slowly he writes', async () => {
    using folder = new TempFolder();
    execFileSync('mkfifo', [folder.file('fifo')]);
    tryOnRoot(folder);
    const writer = spawn('sh', ['-c', 'exec cat > "$1"', 'sh', folder.file('fifo')]);
    const exit = once(writer, 'exit');
    const reading = readFile(folder.file('fifo'), 'latin1');
    let expected = '';
    for (const piece of ['a', 'b'.repeat(70_000), 'c'.repeat(300_000), 'd']) {
      writer.stdin.write(piece);
      expected += piece;
      await nextTurn();
    }
    writer.stdin.end();
    expect((await reading) === expected).toBe(true);
    expect(await exit).toEqual([0, null]);
  });

  test('a FIFO into which nothing is written is empty, and no descriptor is left', async () => {
    using folder = new TempFolder();
    execFileSync('mkfifo', [folder.file('fifo')]);
    tryOnRoot(folder);
    // What it takes to read one is loaded with the first.
    for (let i = 0; i < 2; i++) {
      const before = openDescriptors();
      const writer = spawn('sh', ['-c', ': > "$1"', 'sh', folder.file('fifo')], {
        stdio: 'ignore',
      });
      const exit = once(writer, 'exit');
      expect(await readFile(folder.file('fifo'))).toHaveLength(0);
      expect(await exit).toEqual([0, null]);
      if (i === 1) expect(openDescriptors()).toBe(before);
    }
  });

  test('of FIFOs that nobody writes to only a few are opened here at once', async () => {
    using folder = new TempFolder();
    const paths = Array.from({ length: 40 }, (_, i) => folder.file(String(i)));
    execFileSync('mkfifo', paths);
    tryOnRoot(folder);
    const found = paths.map((path) => readAtOnce(path, null));
    const here = statSync(folder.file('hot')).dev === rootDevice() ? 16 : 0;
    expect(openDescriptorsIn(folder)).toBe(here);
    const contents: Promise<Buffer>[] = [];
    for (const [i, one] of found.entries()) {
      if (typeof one === 'object' && 'fifo' in one) {
        closeSync(openSync(paths[i]!, constants.O_WRONLY | constants.O_NONBLOCK));
        contents.push(one.fifo);
      } else {
        expect(one).toBe('node');
      }
    }
    expect(contents).toHaveLength(here);
    for (const bytes of await Promise.all(contents)) expect(bytes).toHaveLength(0);
    await nextTurn();
    expect(openDescriptorsIn(folder)).toBe(0);
  });

  test('a file that grows and shrinks meanwhile is seen as it was at some time', async () => {
    using folder = new TempFolder();
    const path = folder.file('file');
    for (let i = 0; i < 100; i++) {
      writeFileSync(path, 'a'.repeat(8192));
      const reading = readFile(path, 'utf8');
      if (i % 2 === 0) truncateSync(path, 100);
      else appendFileSync(path, 'a'.repeat(5000));
      expect(await reading).toMatch(/^a{100,13192}$/);
    }
  });

  test('thousands at once are read, and let the event loop turn meanwhile', async () => {
    using folder = new TempFolder();
    writeFileSync(folder.file('file'), 'text');
    const loop = { turns: 0, going: true };
    const turning = (async () => {
      while (loop.going) {
        await nextTurn();
        loop.turns++;
      }
    })();
    const reads = Array.from({ length: 5000 }, () => readFile(folder.file('file'), 'utf8'));
    expect(new Set(await Promise.all(reads))).toEqual(new Set(['text']));
    loop.going = false;
    await turning;
    expect(loop.turns).toBeGreaterThan(1);
  });

  test('reads without end do not keep a timer from its turn', async () => {
    using folder = new TempFolder();
    writeFileSync(folder.file('file'), 'text');
    const timer = { fired: false };
    setTimeout(() => {
      timer.fired = true;
    }, 5);
    while (!timer.fired) await readFile(folder.file('file'));
    expect(timer.fired).toBe(true);
  });

  test('a handle is read from where it is: ours, and one of Node', async () => {
    using folder = new TempFolder();
    writeFileSync(folder.file('file'), '0123456789');
    for (const opening of [open, nodeOpen]) {
      const handle = await opening(folder.file('file'));
      await handle.read(Buffer.alloc(4), 0, 4, null);
      expect(await readFile(handle, 'utf8')).toBe('456789');
      await handle.close();
    }
  });

  test('a handle that is closed is refused as by Node', async () => {
    using folder = new TempFolder();
    writeFileSync(folder.file('file'), 'text');
    const handle = await open(folder.file('file'));
    await handle.close();
    const { error } = await same((read) => read(handle));
    expect(error).toBeDefined();
  });

  test('no descriptor is left, however it ends', async () => {
    using folder = new TempFolder();
    writeNumbered(folder.file('hot'), 5000);
    writeNumbered(folder.file('cold'), 500_000);
    mkdirSync(folder.file('directory'));
    const before = openDescriptors();
    for (let i = 0; i < 20; i++) {
      evict(folder.file('cold'));
      await Promise.allSettled([
        ...['hot', 'cold', 'directory', 'nonesuch'].map((name) => readFile(folder.file(name))),
        readFile(folder.file('hot'), wrong('klingon')),
        readFile(folder.file('hot'), { signal: AbortSignal.abort() }),
        readFile('/proc/version'),
      ]);
    }
    expect(openDescriptors()).toBe(before);
  });
});
