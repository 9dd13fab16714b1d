import { MAX_U32, MIN_S32, checkInteger, invalidType } from './argument-errors.js';
import { LITTLE_ENDIAN } from './endian.js';
import { resultOf } from './errno.js';
import { layout } from './layout.js';
import { native } from './native.js';
import { checkPath } from './path-argument.js';
import type { StatxTimestamp } from './statx-timestamp.js';

const field = layout.statx;
const time = layout.statx_timestamp;

/**
 * What statx tells about a file: a `struct statx` (linux/stat.h), used again and again without
 * allocation. Fields that the kernel is too old for, and those that `stx_mask` does not name, are 0 or
 * mean nothing.
 *
 * Those who count nanoseconds read the words of `u32`, with {@link layout} for the offsets: 64-bit
 * fields are bigints, which are allocated.
 *
 * @see statx(2)
 */
export class Statx {
  /** The whole struct as 32-bit words. */
  readonly u32: Uint32Array;
  readonly #view: DataView;

  constructor() {
    const memory = new ArrayBuffer(field.size);
    this.u32 = new Uint32Array(memory);
    this.#view = new DataView(memory);
  }

  /** Which of the others are valid: STATX_*. */
  get stx_mask(): number {
    return this.#u32(field.stx_mask);
  }

  /** The preferred size of a transfer, in bytes. */
  get stx_blksize(): number {
    return this.#u32(field.stx_blksize);
  }

  /** STATX_ATTR_*, as far as `stx_attributes_mask` says. */
  get stx_attributes(): bigint {
    return this.#u64(field.stx_attributes);
  }

  /** How many names it has. */
  get stx_nlink(): number {
    return this.#u32(field.stx_nlink);
  }

  get stx_uid(): number {
    return this.#u32(field.stx_uid);
  }

  get stx_gid(): number {
    return this.#u32(field.stx_gid);
  }

  /** Type and permissions, as `fs.Stats.mode`. */
  get stx_mode(): number {
    return this.#view.getUint16(field.stx_mode, LITTLE_ENDIAN);
  }

  get stx_ino(): bigint {
    return this.#u64(field.stx_ino);
  }

  /** In bytes. */
  get stx_size(): bigint {
    return this.#u64(field.stx_size);
  }

  /** Allocated, in units of 512 bytes. */
  get stx_blocks(): bigint {
    return this.#u64(field.stx_blocks);
  }

  /** Which STATX_ATTR_* the file system knows. */
  get stx_attributes_mask(): bigint {
    return this.#u64(field.stx_attributes_mask);
  }

  /** Last access. */
  get stx_atime(): StatxTimestamp {
    return this.#time(field.stx_atime);
  }

  /** Creation. */
  get stx_btime(): StatxTimestamp {
    return this.#time(field.stx_btime);
  }

  /** Last change of attributes. */
  get stx_ctime(): StatxTimestamp {
    return this.#time(field.stx_ctime);
  }

  /** Last change of contents. */
  get stx_mtime(): StatxTimestamp {
    return this.#time(field.stx_mtime);
  }

  /** Of a device's file: which device. */
  get stx_rdev_major(): number {
    return this.#u32(field.stx_rdev_major);
  }

  get stx_rdev_minor(): number {
    return this.#u32(field.stx_rdev_minor);
  }

  /** The device that the file is on. */
  get stx_dev_major(): number {
    return this.#u32(field.stx_dev_major);
  }

  get stx_dev_minor(): number {
    return this.#u32(field.stx_dev_minor);
  }

  /** The mount it was reached by. Linux 5.8. */
  get stx_mnt_id(): bigint {
    return this.#u64(field.stx_mnt_id);
  }

  /** Alignment of memory for direct I/O, in bytes; 0 where there is none. Linux 6.1. */
  get stx_dio_mem_align(): number {
    return this.#u32(field.stx_dio_mem_align);
  }

  /** Alignment of offset and length for direct I/O, in bytes; 0 where there is none. Linux 6.1. */
  get stx_dio_offset_align(): number {
    return this.#u32(field.stx_dio_offset_align);
  }

  /** The subvolume, of btrfs and bcachefs. Linux 6.10. */
  get stx_subvol(): bigint {
    return this.#u64(field.stx_subvol);
  }

  /** The least that RWF_ATOMIC writes, in bytes. Linux 6.11. */
  get stx_atomic_write_unit_min(): number {
    return this.#u32(field.stx_atomic_write_unit_min);
  }

  /** The most that RWF_ATOMIC writes, in bytes. Linux 6.11. */
  get stx_atomic_write_unit_max(): number {
    return this.#u32(field.stx_atomic_write_unit_max);
  }

  /** How many iovecs RWF_ATOMIC takes. Linux 6.11. */
  get stx_atomic_write_segments_max(): number {
    return this.#u32(field.stx_atomic_write_segments_max);
  }

  /** Alignment of offset and length of direct reads, where it is less; in bytes. Linux 6.14. */
  get stx_dio_read_offset_align(): number {
    return this.#u32(field.stx_dio_read_offset_align);
  }

  /** The most that RWF_ATOMIC writes fast, in bytes. Linux 6.16. */
  get stx_atomic_write_unit_max_opt(): number {
    return this.#u32(field.stx_atomic_write_unit_max_opt);
  }

  #u32(offset: number): number {
    return this.#view.getUint32(offset, LITTLE_ENDIAN);
  }

  #u64(offset: number): bigint {
    return this.#view.getBigUint64(offset, LITTLE_ENDIAN);
  }

  #time(offset: number): StatxTimestamp {
    return {
      tv_sec: this.#view.getBigInt64(offset + time.tv_sec, LITTLE_ENDIAN),
      tv_nsec: this.#u32(offset + time.tv_nsec),
    };
  }
}

/**
 * Asks about a file (`statx`, Linux 4.11). With AT_EMPTY_PATH and an empty path it asks about an open
 * one; with AT_STATX_DONT_SYNC besides, it does not wait for a server.
 *
 * @param dirfd - where a relative path starts: a directory's descriptor, or AT_FDCWD; or the file's
 *   own, see AT_EMPTY_PATH
 * @param pathname - without NUL; the kernel takes up to 4095 bytes
 * @param flags - AT_*
 * @param mask - STATX_*: what is wanted; more may come, or less
 * @param statxbuf - is filled in
 * @throws ERR_INVALID_ARG_VALUE - a NUL in `pathname`
 * @throws EBADF - `dirfd` is not open
 * @throws EINVAL - a flag that the kernel does not know, or a reserved bit in `mask`
 * @throws ENOENT - there is no such file; or `pathname` is empty, without AT_EMPTY_PATH
 * @throws EACCES, ELOOP, ENAMETOOLONG, ENOTDIR - as stat(2)
 * @see statx(2)
 */
export function statx(
  dirfd: number,
  pathname: string | Uint8Array,
  flags: number,
  mask: number,
  statxbuf: Statx,
): void {
  checkInteger('dirfd', dirfd, MIN_S32, -1 - MIN_S32);
  checkPath('pathname', pathname);
  checkInteger('flags', flags, 0, -1 - MIN_S32);
  checkInteger('mask', mask, 0, MAX_U32);
  if (!(statxbuf instanceof Statx)) throw invalidType('statxbuf', 'a Statx', statxbuf);
  resultOf(native.statx(dirfd, pathname, flags, mask, statxbuf.u32), 'statx');
}
