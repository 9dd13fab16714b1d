// io_submit(2): what comes of the bytes - at the edges of buffers, files and limits.
import { execFileSync } from 'node:child_process';
import { statfsSync, writeSync } from 'node:fs';
import { freemem } from 'node:os';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  EventWatcher,
  IoVecArray,
  Iocb,
  RWF_NOWAIT,
  allocAligned,
  io_prep_pread,
  io_prep_preadv,
  io_prep_pwrite,
  io_prep_pwritev,
} from '../src/index.js';
import { Context, failure, minus } from './context.js';
import {
  DISK,
  EXT4,
  O_APPEND,
  O_DIRECT,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  Pipe,
  XFS,
  tempFile,
} from './temp-file.js';
import { rounds } from './support/rounds.js';

const reading = (fd: number, buffer: Buffer, offset = 0): Iocb => {
  const iocb = new Iocb();
  io_prep_pread(iocb, fd, buffer, buffer.length, offset);
  return iocb;
};

const writing = (fd: number, buffer: Buffer, offset = 0): Iocb => {
  const iocb = new Iocb();
  io_prep_pwrite(iocb, fd, buffer, buffer.length, offset);
  return iocb;
};

test('an operation of 0 bytes is accepted and gives 0', () => {
  using context = new Context();
  using file = tempFile(512);
  expect(context.run(reading(file.fd, Buffer.alloc(0)))).toBe(0);
  expect(context.run(writing(file.fd, Buffer.alloc(0)))).toBe(0);
  const iocb = new Iocb();
  io_prep_preadv(iocb, file.fd, new IoVecArray(0), 0, 0);
  expect(context.run(iocb)).toBe(0);
  io_prep_pwritev(iocb, file.fd, new IoVecArray(0), 0, 0);
  expect(context.run(iocb)).toBe(0);
});

test('a read at and behind the end of the file gives 0, across it the rest', () => {
  using context = new Context();
  using file = tempFile(300);
  expect(context.run(reading(file.fd, Buffer.alloc(100), 300))).toBe(0);
  expect(context.run(reading(file.fd, Buffer.alloc(100), 301))).toBe(0);
  expect(context.run(reading(file.fd, Buffer.alloc(100), 250))).toBe(50);
});

// The kernel's pipe(2), which JavaScript cannot call, gives -EAGAIN: see the kernel layer's tests.
test('with RWF_NOWAIT an empty eventfd gives -EAGAIN, and a FIFO is refused with EOPNOTSUPP', () => {
  using context = new Context();
  using watcher = new EventWatcher(() => undefined);
  using pipe = new Pipe();
  const iocb = reading(watcher.fd, Buffer.alloc(8));
  iocb.aio_rw_flags = RWF_NOWAIT;
  expect(context.run(iocb)).toBe(minus('EAGAIN'));
  io_prep_pread(iocb, pipe.readEnd.fd, Buffer.alloc(1), 1, 0);
  iocb.aio_rw_flags = RWF_NOWAIT;
  expect(() => context.submit(iocb)).toThrow(failure('ENOTSUP', 'io_submit'));
});

test('misaligned direct I/O gives -EINVAL as the result (ext4, xfs)', ({ skip }) => {
  skip(![EXT4, XFS].includes(statfsSync(DISK).type), 'not runnable here: needs ext4 or xfs');
  using context = new Context();
  using file = tempFile(16384);
  using direct = file.reopen(O_RDONLY | O_DIRECT);
  const memory = allocAligned(8192);
  expect(context.run(reading(direct.fd, memory.subarray(0, 100)))).toBe(minus('EINVAL'));
  expect(context.run(reading(direct.fd, memory, 100))).toBe(minus('EINVAL'));
  expect(context.run(reading(direct.fd, memory.subarray(1, 4097)))).toBe(minus('EINVAL'));
});

test('two appends at offset 0 to an O_APPEND file give 12345678', () => {
  using context = new Context();
  using file = tempFile();
  using appending = file.reopen(O_WRONLY | O_APPEND);
  const iocbs = ['1234', '5678'].map((text) => writing(appending.fd, Buffer.from(text)));
  expect(context.submit(...iocbs)).toBe(2);
  expect(context.wait(2).map(({ res }) => res)).toEqual([4, 4]);
  expect(file.contents.toString()).toBe('12345678');
});

test.for([
  ['buffered', 0],
  ['direct', O_DIRECT],
] as const)('ten vectors written %s at 0 and 512 come back equal', ([, flags], { skip }) => {
  const [VECTORS, BYTES] = [10, 512];
  using context = new Context();
  using file = tempFile(VECTORS * BYTES + 512);
  using fd = file.reopen(O_RDWR | flags);
  const pieces = (memory: Buffer): Buffer[] =>
    Array.from({ length: VECTORS }, (_, i) => memory.subarray(i * BYTES, (i + 1) * BYTES));
  const source = pieces(allocAligned(VECTORS * BYTES));
  source.forEach((piece, i) => piece.fill(`${i}`));
  for (const offset of [0, 512]) {
    const iocb = new Iocb();
    io_prep_pwritev(iocb, fd.fd, new IoVecArray(source), VECTORS, offset);
    const written = context.run(iocb);
    skip(
      flags !== 0 && written === minus('EINVAL'),
      'not runnable here: direct I/O needs more than 512 bytes',
    );
    expect(written).toBe(VECTORS * BYTES);
    // Vectors need be in no order.
    const target = pieces(allocAligned(VECTORS * BYTES));
    io_prep_preadv(iocb, fd.fd, new IoVecArray(target.toReversed()), VECTORS, offset);
    expect(context.run(iocb)).toBe(VECTORS * BYTES);
    expect(target.toReversed()).toEqual(source);
  }
});

const MANY = rounds(768, 12);

test(`${MANY} MiB go in one write and come back in one read`, { timeout: 300_000 }, ({ skip }) => {
  const BYTES = MANY << 20;
  const { bavail, bsize } = statfsSync(DISK);
  skip(freemem() < 3 * BYTES, `not runnable here: needs ${3 * MANY} MiB of free memory`);
  skip(bavail * bsize < 2 * BYTES, `not runnable here: needs ${2 * MANY} MiB of disk`);
  using context = new Context();
  using file = tempFile();
  const buffer = Buffer.alloc(BYTES);
  // One word a page says which page it is.
  for (let at = 0; at < BYTES; at += 4096) buffer.writeUInt32LE(at + 1, at);
  expect(context.run(writing(file.fd, buffer))).toBe(BYTES);
  for (let at = 0; at < BYTES; at += 4096) buffer.writeUInt32LE(0, at);
  expect(context.run(reading(file.fd, buffer))).toBe(BYTES);
  let wrong = 0;
  for (let at = 0; at < BYTES; at += 4096) wrong += Number(buffer.readUInt32LE(at) !== at + 1);
  expect(wrong).toBe(0);
});

test('a direct read with RWF_NOWAIT over a dirty page gives -EAGAIN or all, after a direct write all', () => {
  using context = new Context();
  using file = tempFile();
  writeSync(file.fd, Buffer.alloc(4096, 'n')); // dirty in the page cache
  using direct = file.reopen(O_RDWR | O_DIRECT);
  const page = allocAligned(4096);
  const iocb = reading(direct.fd, page);
  iocb.aio_rw_flags = RWF_NOWAIT;
  // ext4 and xfs (iomap) look whether a page needs writing back; it may have been by now.
  expect([minus('EAGAIN'), 4096]).toContain(context.run(iocb));
  page.fill('w');
  // A direct write throws the page out of the cache.
  expect(context.run(writing(direct.fd, page))).toBe(4096);
  expect(context.run(iocb)).toBe(4096);
  expect(page.equals(Buffer.alloc(4096, 'w'))).toBe(true);
});

describe('under RLIMIT_FSIZE', () => {
  const LIMIT = 1 << 20;
  const ignore = (): undefined => undefined;
  const prlimit = (...args: string[]): string =>
    execFileSync('prlimit', ['--pid', `${process.pid}`, ...args], { encoding: 'utf8' }).trim();
  let before: string;

  beforeEach(() => {
    before = prlimit('--fsize', '--output=SOFT', '--noheadings', '--raw');
    // setrlimit(2): a write beyond the limit raises SIGXFSZ as well, from io_submit(2) too.
    process.on('SIGXFSZ', ignore);
    prlimit(`--fsize=${LIMIT}:`);
  });

  afterEach(() => {
    prlimit(`--fsize=${before}:`);
    process.off('SIGXFSZ', ignore);
  });

  test('512 bytes at L-512 are 512, at L-511 511, at L EFBIG; a read or 0 bytes at L give 0', () => {
    using context = new Context();
    using file = tempFile();
    const bytes = Buffer.alloc(512);
    expect(context.run(writing(file.fd, bytes, LIMIT - 512))).toBe(512);
    expect(context.run(writing(file.fd, bytes, LIMIT - 511))).toBe(511);
    expect(context.run(writing(file.fd, bytes, LIMIT))).toBe(minus('EFBIG'));
    expect(context.run(reading(file.fd, bytes, LIMIT))).toBe(0);
    expect(context.run(writing(file.fd, Buffer.alloc(0), LIMIT))).toBe(0);
    expect(file.size).toBe(LIMIT);
  });
});
