// try_preadv2, and TimedRead: a read by itself, which says by -errno what is not in memory.
import { describe, expect, test } from 'vitest';
import { RWF_NOWAIT, TimedRead, addressOf, try_preadv2 } from '../src/index.js';
import { minus } from './context.js';
import { O_WRONLY, Pipe, tempFile } from './temp-file.js';

const contents = Buffer.from('0123456789');

const timed = new TimedRead();
const both = {
  try_preadv2,
  TimedRead: (...args: Parameters<typeof try_preadv2>): number => timed.try_preadv2(...args),
};

describe.for(Object.entries(both))('%s', ([, preadv2]) => {
  test.for([0, RWF_NOWAIT])('reads into a view, or to an address, with flags %i', (flags) => {
    using file = tempFile(contents);
    const buffer = Buffer.alloc(8);
    expect(preadv2(file.fd, buffer, 4, 2, flags)).toBe(4);
    expect(preadv2(file.fd, addressOf(buffer) + 4, 3, 0, flags)).toBe(3);
    expect(buffer.toString('latin1')).toBe('2345012\0');
  });

  test('is short where the file ends', () => {
    using file = tempFile(contents);
    const buffer = Buffer.alloc(8);
    expect(preadv2(file.fd, buffer, 8, 7, RWF_NOWAIT)).toBe(3);
    expect(preadv2(file.fd, buffer, 8, 10, RWF_NOWAIT)).toBe(0);
    expect(preadv2(file.fd, buffer, 0, 0, RWF_NOWAIT)).toBe(0);
  });

  test('at -1 reads where the descriptor is', () => {
    using file = tempFile(contents);
    using reopened = file.reopen(0);
    const buffer = Buffer.alloc(4);
    expect(preadv2(reopened.fd, buffer, 4, -1, 0)).toBe(4);
    expect(preadv2(reopened.fd, buffer, 4, -1, 0)).toBe(4);
    expect(buffer.toString('latin1')).toBe('4567');
  });

  test('gives -errno for what the kernel refuses', () => {
    using file = tempFile(contents);
    using writeOnly = file.reopen(O_WRONLY);
    using pipe = new Pipe();
    const buffer = Buffer.alloc(4);
    expect(preadv2(-1, buffer, 4, 0, 0)).toBe(minus('EBADF'));
    expect(preadv2(writeOnly.fd, buffer, 4, 0, 0)).toBe(minus('EBADF'));
    expect(preadv2(file.fd, 16, 4, 0, 0)).toBe(minus('EFAULT'));
    expect(preadv2(file.fd, buffer, 4, -2, 0)).toBe(minus('EINVAL'));
    expect(preadv2(file.fd, buffer, 4, 0, 2 ** 30)).toBe(minus('EOPNOTSUPP'));
    expect(preadv2(pipe.readEnd.fd, buffer, 4, 0, 0)).toBe(minus('ESPIPE'));
    // Nothing has come yet.
    expect(preadv2(pipe.readEnd.fd, buffer, 4, -1, 0)).toBe(minus('EAGAIN'));
  });

  test('refuses what does not fit, and what is no memory', () => {
    using file = tempFile(contents);
    const buffer = Buffer.alloc(4);
    expect(() => preadv2(file.fd, buffer, 5, 0, 0)).toThrow(RangeError);
    expect(() => preadv2(file.fd, buffer, -1, 0, 0)).toThrow(RangeError);
    expect(() => preadv2(file.fd, -1, 1, 0, 0)).toThrow(RangeError);
    expect(() => preadv2(file.fd, buffer, 1, 0.5, 0)).toThrow(RangeError);
    expect(() => preadv2(file.fd, 'memory' as never, 1, 0, 0)).toThrow(TypeError);
    expect(() => preadv2('0' as never, buffer, 1, 0, 0)).toThrow(TypeError);
  });
});

/** In ms. */
function now(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}

test('a TimedRead knows when the last began and ended, whatever came of it', () => {
  using file = tempFile(contents);
  const read = new TimedRead();
  expect([read.began, read.ended]).toEqual([0, 0]);
  for (const fd of [file.fd, -1, file.fd]) {
    const before = now();
    read.try_preadv2(fd, Buffer.alloc(4), 4, 0, 0);
    const after = now();
    expect(read.began).toBeGreaterThanOrEqual(before);
    expect(read.ended).toBeGreaterThanOrEqual(read.began);
    expect(after).toBeGreaterThanOrEqual(read.ended);
  }
});
