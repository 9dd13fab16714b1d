import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readSync, symlinkSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { describe, expect, test } from 'vitest';
import * as aio from '../src/index.js';
import { again } from './support/again.js';
import { wrong, wrongType } from './support/refusals.js';
import { Scratch } from './support/scratch.js';

const { EAGAIN, EFBIG, ENODATA, ENODEV, ENOENT, ESPIPE, EXDEV, ENAMETOOLONG, ENOTDIR } =
  constants.errno;

function deviceOf(path: string): Uint32Array {
  const found = new aio.Statx();
  aio.statx(aio.AT_FDCWD, path, 0, aio.STATX_TYPE, found);
  return Uint32Array.of(found.stx_dev_major, found.stx_dev_minor);
}

function readCached(path: string | Buffer, buffer: Buffer, devices: Uint32Array): number {
  return again(path, () => aio.read_cached(path, buffer, devices));
}

function readOnMount(path: string | Buffer, buffer: Buffer, opened = new Int32Array(1)): number {
  return again(path, () => aio.read_cached_on_mount(path, buffer, opened));
}

/** Makes it the working directory, whose mount a relative path begins on. */
function enter(folder: Scratch): Disposable {
  const before = process.cwd();
  process.chdir(folder.path);
  return {
    [Symbol.dispose]: () => {
      process.chdir(before);
    },
  };
}

const openDescriptors = (): number => readdirSync('/proc/self/fd').length;

describe('read_cached', () => {
  test.for([0, 1, 4095, 4096, 4097, 8192, 65_536, 100_000])(
    'reads a file of %d bytes that was written just now',
    (size) => {
      using folder = new Scratch();
      const bytes = randomBytes(size);
      writeFileSync(folder.to('file'), bytes);
      const buffer = Buffer.alloc(100_001);
      const count = readCached(folder.to('file'), buffer, deviceOf(folder.path));
      expect(count).toBe(size);
      expect(buffer.subarray(0, count).equals(bytes)).toBe(true);
    },
  );

  test('follows symbolic links, and takes a path of bytes', () => {
    using folder = new Scratch();
    writeFileSync(folder.to('file'), 'text');
    symlinkSync('file', folder.to('link'));
    const buffer = Buffer.alloc(10);
    const path = Buffer.from(folder.to('link'));
    expect(readCached(path, buffer, deviceOf(folder.path))).toBe(4);
  });

  test('a file that fills the buffer is too large, since its end is not seen', () => {
    using folder = new Scratch();
    writeFileSync(folder.to('file'), 'text');
    const devices = deviceOf(folder.path);
    expect(readCached(folder.to('file'), Buffer.alloc(4), devices)).toBe(-EFBIG);
    expect(readCached(folder.to('file'), Buffer.alloc(0), devices)).toBe(-EFBIG);
  });

  test('says what it does not read, and leaves no descriptor', () => {
    using folder = new Scratch();
    writeFileSync(folder.to('file'), 'text');
    const devices = deviceOf(folder.path);
    const buffer = Buffer.alloc(10);
    const before = openDescriptors();
    expect(readCached(folder.path, buffer, devices)).toBe(-ENODEV);
    expect(readCached('/dev/null', buffer, devices)).toBe(-ENODEV);
    expect(readCached(folder.to('file'), buffer, new Uint32Array(0))).toBe(-EXDEV);
    expect([-ENOTDIR, -EAGAIN]).toContain(
      aio.read_cached(folder.to('file', 'file'), buffer, devices),
    );
    expect(aio.read_cached('/'.repeat(5000), buffer, devices)).toBe(-ENAMETOOLONG);
    // Whether the cache knows that there is none is up to it.
    expect([-ENOENT, -EAGAIN]).toContain(aio.read_cached(folder.to('none'), buffer, devices));
    expect(openDescriptors()).toBe(before);
  });

  test('a writer that waits at a FIFO does not notice', async () => {
    using folder = new Scratch();
    execFileSync('mkfifo', [folder.to('fifo')]);
    // Without a sanitizer's library in it: dash does not survive that of TSan.
    const writer = spawn('sh', ['-c', 'echo text > "$1"', 'sh', folder.to('fifo')], {
      env: { PATH: process.env.PATH },
    });
    for (let i = 0; i < 1000; i++) {
      expect(readCached(folder.to('fifo'), Buffer.alloc(10), deviceOf(folder.path))).toBe(-ENODEV);
    }
    expect(execFileSync('cat', [folder.to('fifo')], { encoding: 'utf8' })).toBe('text\n');
    expect(await once(writer, 'exit')).toEqual([0, null]);
  });

  test('wrong arguments are refused', () => {
    const { read_cached } = aio;
    expect(() => read_cached(wrong(1), Buffer.alloc(1), new Uint32Array(0))).toThrow(wrongType);
    expect(() => read_cached('/', wrong('x'), new Uint32Array(0))).toThrow(wrongType);
    expect(() => read_cached('/', Buffer.alloc(1), wrong([]))).toThrow(wrongType);
    expect(() => read_cached('/\0', Buffer.alloc(1), new Uint32Array(0))).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }),
    );
  });
});

describe('read_cached_on_mount', () => {
  test.for([0, 1, 4095, 4096, 4097, 8192, 65_536, 100_000])(
    'reads a file of %d bytes that was written just now',
    (size) => {
      using folder = new Scratch();
      using _there = enter(folder);
      const bytes = randomBytes(size);
      writeFileSync('file', bytes);
      const buffer = Buffer.alloc(100_001);
      const opened = Int32Array.of(7);
      expect(readOnMount('file', buffer, opened)).toBe(size);
      expect(buffer.subarray(0, size).equals(bytes)).toBe(true);
      expect(opened[0]).toBe(-1);
    },
  );

  test('follows symbolic links, and takes a path of bytes', () => {
    using folder = new Scratch();
    using _there = enter(folder);
    writeFileSync('file', 'text');
    symlinkSync('file', 'link');
    expect(readOnMount(Buffer.from('link'), Buffer.alloc(10))).toBe(4);
  });

  test('says what it does not read, and leaves no descriptor', () => {
    using folder = new Scratch();
    using _there = enter(folder);
    writeFileSync('file', 'text');
    symlinkSync('/proc/version', 'link');
    const buffer = Buffer.alloc(10);
    const before = openDescriptors();
    expect(readOnMount('file', Buffer.alloc(4))).toBe(-EFBIG);
    expect(readOnMount('.', buffer)).toBe(-ENODATA);
    const elsewhere = [-EXDEV, -EAGAIN];
    expect(elsewhere).toContain(readOnMount('/proc/version', buffer));
    expect(elsewhere).toContain(readOnMount('link', buffer));
    const read = (path: string): number =>
      aio.read_cached_on_mount(path, buffer, new Int32Array(1));
    expect([-ENOTDIR, -EAGAIN]).toContain(read('file/file'));
    expect(read('/'.repeat(5000))).toBe(-ENAMETOOLONG);
    // Whether the cache knows that there is none is up to it.
    expect([-ENOENT, -EAGAIN]).toContain(read('none'));
    expect(openDescriptors()).toBe(before);
  });

  test('a FIFO is left open, so that its writer does not fail', async () => {
    using folder = new Scratch();
    using _there = enter(folder);
    execFileSync('mkfifo', ['fifo']);
    const writer = spawn('sh', ['-c', 'echo text > fifo'], { env: { PATH: process.env.PATH } });
    const exit = once(writer, 'exit');
    const opened = new Int32Array(1);
    expect(readOnMount('fifo', Buffer.alloc(10), opened)).toBe(-ESPIPE);
    expect(opened[0]).toBeGreaterThan(2);
    // It may have come before the writer: to wait for that is its owner's affair.
    expect(await exit).toEqual([0, null]);
    const buffer = Buffer.alloc(10);
    expect(readSync(opened[0]!, buffer)).toBe(5);
    aio.close(opened[0]!);
    expect(buffer.toString('utf8', 0, 5)).toBe('text\n');
  });

  test('a FIFO is left open, too, where there is no room to read into', () => {
    using folder = new Scratch();
    using _there = enter(folder);
    execFileSync('mkfifo', ['fifo']);
    const opened = new Int32Array(1);
    expect(readOnMount('fifo', Buffer.alloc(0), opened)).toBe(-ESPIPE);
    expect(opened[0]).toBeGreaterThan(2);
    aio.close(opened[0]!);
  });

  test('wrong arguments are refused', () => {
    const { read_cached_on_mount } = aio;
    const opened = new Int32Array(1);
    expect(() => read_cached_on_mount(wrong(1), Buffer.alloc(1), opened)).toThrow(wrongType);
    expect(() => read_cached_on_mount('/', wrong('x'), opened)).toThrow(wrongType);
    expect(() => read_cached_on_mount('/', Buffer.alloc(1), wrong([1]))).toThrow(wrongType);
    expect(() => read_cached_on_mount('/', Buffer.alloc(1), new Int32Array(0))).toThrow(
      expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }),
    );
    expect(() => read_cached_on_mount('/\0', Buffer.alloc(1), opened)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }),
    );
  });
});
