import { MIN_S32, checkInteger } from './argument-errors.js';
import { resultOf } from './errno.js';
import { native } from './native.js';

/** From the start of the file. */
export const SEEK_SET = 0;
/** From where the position is. */
export const SEEK_CUR = 1;
/** From the end of the file. */
export const SEEK_END = 2;

/**
 * Reads or moves a descriptor's own position (`lseek`), which operations of kernel AIO neither use nor
 * move. It does not wait for a device.
 *
 * @param offset - in bytes, a safe integer
 * @param whence - SEEK_SET, SEEK_CUR or SEEK_END
 * @returns the position, in bytes from the start of the file
 * @throws EBADF - `fd` is not open
 * @throws EINVAL - another `whence`, or a position before the start of the file
 * @throws ESPIPE - a pipe, socket or terminal has no position
 * @see lseek(2)
 */
export function lseek(fd: number, offset: number, whence: number): number {
  checkInteger('fd', fd, MIN_S32, -1 - MIN_S32);
  checkInteger('offset', offset, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  checkInteger('whence', whence, MIN_S32, -1 - MIN_S32);
  return resultOf(native.lseek(fd, offset, whence), 'lseek');
}
