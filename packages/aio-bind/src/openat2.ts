import { MIN_S32, checkInteger, checkObject, invalidType } from './argument-errors.js';
import { resultOf } from './errno.js';
import { native } from './native.js';
import { checkPath } from './path-argument.js';

/** How a file is opened (`struct open_how` in linux/openat2.h). */
export interface OpenHow {
  /** O_*, as open(2) takes them; unknown ones, and some together with O_PATH, are refused (EINVAL). */
  readonly flags: number;
  /** Permissions of a file that is created, 0 to 0o7777; refused where `flags` creates none. */
  readonly mode?: number | undefined;
  /** RESOLVE_*: how the path is walked. */
  readonly resolve?: number | undefined;
}

/**
 * Opens a file (`openat2`, Linux 5.6). With RESOLVE_CACHED (Linux 5.12) it opens only what is in the
 * directory cache, and does not wait for a device on the way there; opening itself still waits where
 * that is the file's nature: a FIFO without O_NONBLOCK, or a file of FUSE or NFS.
 *
 * @param dirfd - where a relative path starts: a directory's descriptor, or AT_FDCWD
 * @param pathname - without NUL; the kernel takes up to 4095 bytes
 * @param owned - whether the descriptor is closed with the environment (the worker, or the process) where that ends
 *   before it has been: a worker may be terminated at any moment, and what it has not come to close would stay open for
 *   as long as the process lives. It is closed after the kernel is done with what is in flight. Such a descriptor must
 *   be closed by {@link close}, in the same thread, and by nothing else: closed by other means its number may come to
 *   mean another file, which would be closed in the end. False unless given
 * @returns a descriptor, to be closed by {@link close}; give O_CLOEXEC where programs that are started
 *   are not to inherit it
 * @throws ERR_INVALID_ARG_VALUE - a NUL in `pathname`
 * @throws EAGAIN - not in the cache (RESOLVE_CACHED; always so for O_CREAT, O_TRUNC, O_TMPFILE)
 * @throws EINVAL - a flag that the kernel does not know, or `mode` where nothing is created
 * @throws ENOSYS - the kernel is older than 5.6; EPERM - or a seccomp profile says so
 * @throws EXDEV - outside of what RESOLVE_BENEATH or RESOLVE_NO_XDEV allow
 * @throws ELOOP - a link that RESOLVE_NO_SYMLINKS or RESOLVE_NO_MAGICLINKS do not allow
 * @throws ENOENT - and what else open(2) fails with
 * @see openat2(2)
 */
export function openat2(
  dirfd: number,
  pathname: string | Uint8Array,
  how: OpenHow,
  owned = false,
): number {
  checkObject('how', how);
  const { flags, mode = 0, resolve = 0 } = how;
  return resultOf(try_openat2(dirfd, pathname, flags, mode, resolve, owned), 'openat2');
}

/**
 * {@link openat2} for who expects it to fail now and then, as RESOLVE_CACHED does: an Error with its
 * stack costs several times what the system call does, so this returns -errno in its place. Nor does it
 * need an object for `how`.
 *
 * @returns a descriptor; or -errno, of which `errnoError` makes an Error
 * @throws ERR_INVALID_ARG_VALUE - a NUL in `pathname`
 * @see openat2(2)
 */
export function try_openat2(
  dirfd: number,
  pathname: string | Uint8Array,
  flags: number,
  mode: number,
  resolve: number,
  owned = false,
): number {
  checkInteger('dirfd', dirfd, MIN_S32, -1 - MIN_S32);
  checkPath('pathname', pathname);
  checkInteger('flags', flags, 0, Number.MAX_SAFE_INTEGER);
  checkInteger('mode', mode, 0, Number.MAX_SAFE_INTEGER);
  checkInteger('resolve', resolve, 0, Number.MAX_SAFE_INTEGER);
  if (typeof owned !== 'boolean') throw invalidType('owned', 'a boolean', owned);
  return native.openat2(dirfd, pathname, flags, mode, resolve, owned);
}
