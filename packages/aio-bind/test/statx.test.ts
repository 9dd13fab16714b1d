import { fstatSync, statSync, symlinkSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as aio from '../src/index.js';
import { outOfRange, refusal, wrong, wrongType } from './support/refusals.js';
import { Scratch } from './support/scratch.js';
import { O_DIRECT, kernelIsAtLeast, tempFile } from './temp-file.js';

const { AT_EMPTY_PATH, AT_FDCWD, STATX_BASIC_STATS, STATX_BTIME } = aio;

function ask(fd: number, mask: number): aio.Statx {
  const found = new aio.Statx();
  aio.statx(fd, '', AT_EMPTY_PATH, mask, found);
  return found;
}

const nanoseconds = ({ tv_sec, tv_nsec }: aio.StatxTimestamp): bigint =>
  tv_sec * 1_000_000_000n + BigInt(tv_nsec);

describe('statx', () => {
  test('tells what fstat tells, of an open file', () => {
    using file = tempFile(12_345);
    const found = ask(file.fd, STATX_BASIC_STATS);
    const stats = fstatSync(file.fd, { bigint: true });
    expect(found.stx_mask & STATX_BASIC_STATS).toBe(STATX_BASIC_STATS);
    expect({
      ino: found.stx_ino,
      size: found.stx_size,
      blocks: found.stx_blocks,
      mode: BigInt(found.stx_mode),
      nlink: BigInt(found.stx_nlink),
      uid: BigInt(found.stx_uid),
      gid: BigInt(found.stx_gid),
      blksize: BigInt(found.stx_blksize),
      atimeNs: nanoseconds(found.stx_atime),
      mtimeNs: nanoseconds(found.stx_mtime),
      ctimeNs: nanoseconds(found.stx_ctime),
      dev: BigInt((found.stx_dev_major << 8) | found.stx_dev_minor),
    }).toEqual({
      ino: stats.ino,
      size: 12_345n,
      blocks: stats.blocks,
      mode: stats.mode,
      nlink: 0n,
      uid: stats.uid,
      gid: stats.gid,
      blksize: stats.blksize,
      atimeNs: stats.atimeNs,
      mtimeNs: stats.mtimeNs,
      ctimeNs: stats.ctimeNs,
      dev: stats.dev,
    });
  });

  test('tells when a file was created, where the file system notes it', () => {
    using file = tempFile();
    const found = ask(file.fd, STATX_BTIME);
    const stats = fstatSync(file.fd, { bigint: true });
    expect(nanoseconds(found.stx_btime)).toBe(stats.birthtimeNs);
  });

  test('tells the device that a device file stands for', () => {
    const found = new aio.Statx();
    aio.statx(AT_FDCWD, '/dev/null', 0, STATX_BASIC_STATS, found);
    expect([found.stx_rdev_major, found.stx_rdev_minor]).toEqual([1, 3]);
  });

  test('follows a symbolic link, unless told not to', () => {
    using folder = new Scratch();
    symlinkSync('.', folder.to('link'));
    const found = new aio.Statx();
    aio.statx(AT_FDCWD, folder.to('link'), 0, STATX_BASIC_STATS, found);
    expect(found.stx_ino).toBe(BigInt(statSync(folder.path).ino));
    aio.statx(AT_FDCWD, folder.to('link'), aio.AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, found);
    expect(found.stx_mode & 0o170000).toBe(0o120000);
  });

  test.skipIf(!kernelIsAtLeast(6, 1))('tells the alignment of direct I/O (Linux 6.1)', () => {
    using file = tempFile(4096);
    using direct = file.reopen(O_DIRECT);
    const found = ask(direct.fd, aio.STATX_DIOALIGN);
    expect(found.stx_mask & aio.STATX_DIOALIGN).toBe(aio.STATX_DIOALIGN);
    expect(found.stx_dio_mem_align).toBeGreaterThan(0);
    expect(found.stx_dio_offset_align).toBeGreaterThanOrEqual(512);
  });

  test.skipIf(!kernelIsAtLeast(5, 8))(
    'tells the mount, and that its root is one (Linux 5.8)',
    () => {
      const found = new aio.Statx();
      aio.statx(AT_FDCWD, '/proc', 0, aio.STATX_MNT_ID, found);
      expect(found.stx_mnt_id).toBeGreaterThan(0n);
      const root = BigInt(aio.STATX_ATTR_MOUNT_ROOT);
      expect(found.stx_attributes_mask & root).toBe(root);
      expect(found.stx_attributes & root).toBe(root);
    },
  );

  test('the newest fields are there, 0 where the kernel is too old for them', () => {
    using file = tempFile();
    const all = aio.STATX_SUBVOL | aio.STATX_WRITE_ATOMIC | aio.STATX_DIO_READ_ALIGN;
    const found = ask(file.fd, all);
    expect(typeof found.stx_subvol).toBe('bigint');
    for (const field of [
      found.stx_atomic_write_unit_min,
      found.stx_atomic_write_unit_max,
      found.stx_atomic_write_segments_max,
      found.stx_atomic_write_unit_max_opt,
      found.stx_dio_read_offset_align,
    ]) {
      expect(field).toBeGreaterThanOrEqual(0);
    }
  });

  test('the words of u32 are the same memory, at the offsets of layout', () => {
    using file = tempFile();
    const found = ask(file.fd, STATX_BASIC_STATS);
    expect(found.u32.byteLength).toBe(256);
    expect(layoutWord(found, 'stx_uid')).toBe(found.stx_uid);
    expect(layoutWord(found, 'stx_dev_major')).toBe(found.stx_dev_major);
  });

  test.for([
    ['ENOENT', AT_FDCWD, '', 0],
    ['ENOENT', AT_FDCWD, '/nonesuch', 0],
    ['ENOTDIR', AT_FDCWD, '/dev/null/file', 0],
    ['EBADF', -1, '', AT_EMPTY_PATH],
    ['EINVAL', AT_FDCWD, '/', 2 ** 30],
    ['ENAMETOOLONG', AT_FDCWD, '/'.repeat(4096), 0],
  ] as const)('%s is thrown for %d %s', ([code, dirfd, path, flags]) => {
    expect(() => {
      aio.statx(dirfd, path, flags, STATX_BASIC_STATS, new aio.Statx());
    }).toThrow(refusal(code, 'statx'));
  });

  test('wrong arguments are refused', () => {
    const found = new aio.Statx();
    const attempt =
      (...args: Parameters<typeof aio.statx>) =>
      (): void => {
        aio.statx(...args);
      };
    expect(attempt(wrong(null), '', 0, 0, found)).toThrow(wrongType);
    expect(attempt(AT_FDCWD, wrong({}), 0, 0, found)).toThrow(wrongType);
    expect(attempt(AT_FDCWD, '', -1, 0, found)).toThrow(outOfRange);
    expect(attempt(AT_FDCWD, '', 0, 2 ** 32, found)).toThrow(outOfRange);
    expect(attempt(AT_FDCWD, '', 0, 0, wrong(new Uint32Array(64)))).toThrow(wrongType);
    expect(attempt(AT_FDCWD, '/\0', 0, 0, found)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }),
    );
  });

  test('memory that was transferred away is refused', () => {
    const found = new aio.Statx();
    structuredClone(found.u32, { transfer: [found.u32.buffer as ArrayBuffer] });
    expect(() => {
      aio.statx(AT_FDCWD, '/', 0, STATX_BASIC_STATS, found);
    }).toThrow(TypeError);
  });
});

function layoutWord({ u32 }: aio.Statx, field: keyof aio.Layout['statx']): number | undefined {
  return u32[aio.layout.statx[field] / 4];
}
