import { invalidType, outOfRange } from './argument-errors.js';
import { native } from './native.js';
import { checkPath } from './path-argument.js';

/**
 * Reads a whole regular file if it is in memory, path and contents; else does nothing that would wait.
 *
 * It is openat2 (O_PATH, RESOLVE_CACHED), statx, openat2, preadv2 (RWF_NOWAIT) and close in one call,
 * since each way from JavaScript to the kernel and back costs as much as the system call itself. It
 * looks at the file by O_PATH first, because opening is an event to the writer of a FIFO and to some devices.
 * Linux 5.12.
 *
 * @param pathname - without NUL, relative to the working directory
 * @param buffer - for the contents; more of it than they take may be overwritten
 * @param devices - major and minor number (`stx_dev_major`, `stx_dev_minor`) of each device whose files
 *   may be opened here: those whose file system does not ask a server or a daemon for that
 * @returns how many bytes the file has; or, since it is an ordinary answer, a negative errno:
 *
 *   - -EAGAIN: the path is not in the directory cache
 *   - -ENODATA: the contents are not in the page cache as a whole, or the file system cannot tell (tmpfs)
 *   - -EXDEV: not on one of `devices`
 *   - -EFBIG: the file is as large as `buffer`, or larger
 *   - -ENODEV: not a regular file
 *   - -ENOENT and the like: as open(2)
 *   - -ENOSYS, -EINVAL: the kernel is too old; -EPERM: a seccomp profile forbids openat2
 * @throws ERR_INVALID_ARG_VALUE - a NUL in `pathname`
 * @see openat2(2), readv(2)
 */
export function read_cached(
  pathname: string | Uint8Array,
  buffer: Uint8Array,
  devices: Uint32Array,
): number {
  checkPath('pathname', pathname);
  if (!(buffer instanceof Uint8Array)) throw invalidType('buffer', 'a Uint8Array', buffer);
  if (!(devices instanceof Uint32Array)) throw invalidType('devices', 'a Uint32Array', devices);
  return native.readCached(pathname, buffer, devices);
}

/**
 * The same for a path that does not lead to another mount than the one that it begins on: for an absolute path
 * that of the root directory. The caller knows that the file system of that opens files without asking
 * a server or a daemon, so that nothing has to be looked at before.
 *
 * It is openat2 (RESOLVE_CACHED, RESOLVE_NO_XDEV), preadv2 (RWF_NOWAIT) and close in one call. What is no
 * regular file is opened as well (O_NONBLOCK), which is an event to the writer of a FIFO: he must not find
 * it closed again. So a FIFO is left open, for the caller to read. Linux 5.12.
 *
 * @param pathname - without NUL; a relative one begins on the mount of the working directory
 * @param buffer - for the contents; more of it than they take may be overwritten
 * @param opened - its first element becomes the descriptor of a FIFO, to be closed by {@link close} and by nothing else,
 *   since the environment owns it (`owned` of {@link openat2}); else -1
 * @returns how many bytes the file has; or a negative errno:
 *
 *   - -EAGAIN: the path is not in the directory cache, or leads to another mount, which the kernel does not tell
 *     apart; or, for that, -EXDEV
 *   - -ENODATA: the contents are not in the page cache as a whole, or the file system cannot tell (tmpfs); or a
 *     directory
 *   - -EFBIG: the file is as large as `buffer`, or larger
 *   - -ESPIPE: a FIFO, which `opened` is; or another thing that has no positions
 *   - -ENOENT and the like: as open(2)
 *   - -ENOSYS, -EINVAL: the kernel is too old; -EPERM: a seccomp profile forbids openat2
 * @throws ERR_INVALID_ARG_VALUE - a NUL in `pathname`
 * @see openat2(2), readv(2)
 */
export function read_cached_on_mount(
  pathname: string | Uint8Array,
  buffer: Uint8Array,
  opened: Int32Array,
): number {
  checkPath('pathname', pathname);
  if (!(buffer instanceof Uint8Array)) throw invalidType('buffer', 'a Uint8Array', buffer);
  if (!(opened instanceof Int32Array)) throw invalidType('opened', 'an Int32Array', opened);
  if (opened.length === 0) throw outOfRange('opened.length', '>= 1', 0);
  return native.readCachedOnMount(pathname, buffer, opened);
}
