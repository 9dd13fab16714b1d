import { native } from './native.js';
import { checkedAddress } from './read-arguments.js';

/**
 * Reads into one buffer (`preadv2`, Linux 4.6), and gives -errno in place of an Error: with RWF_NOWAIT it is a way
 * to ask whether something is in the page cache, for which -EAGAIN is an ordinary answer. For a single read it
 * costs less than an io_submit and what comes of that; over and over again, {@link TimedRead} costs less still.
 *
 * Without RWF_NOWAIT it may hold this thread up.
 *
 * @param buf - a view, or an address, which is yours to keep right
 * @param count - how many bytes, 0 to 2^31 - 1; no more than a view has
 * @param offset - where in the file, in bytes, a safe integer; -1 is the descriptor's own position
 * @param flags - RWF_*
 * @returns how many bytes were read, 0 at the end of the file; or a negative errno:
 *
 *   - -EAGAIN: nothing of it is in memory
 *   - -EOPNOTSUPP: a flag that the kernel or the file system does not support
 *   - -EBADF, -EFAULT, -EINVAL, -EISDIR, -ESPIPE and the like: as read(2)
 * @see preadv2(2)
 */
export function try_preadv2(
  fd: number,
  buf: ArrayBufferView | number,
  count: number,
  offset: number,
  flags: number,
): number {
  return native.preadv2(fd, checkedAddress(fd, buf, count, offset, flags), count, offset, flags);
}
