import { MIN_S32, checkInteger } from './argument-errors.js';
import { resultOf } from './errno.js';
import { native } from './native.js';

/**
 * Closes a descriptor (`close`), such as {@link openat2} gave. It waits for a device only where this
 * was the last use of a file that has been removed, or that a network file system has to write back.
 *
 * It stands beside `fs.closeSync` since a worker's Node warns of descriptors that it did not open, and since what the
 * environment owns (`owned` of {@link openat2}, a FIFO of {@link read_cached_on_mount}) must be closed by this.
 *
 * @throws EBADF - `fd` is not open
 * @throws EIO - data that was written before could not be; the descriptor is closed all the same
 * @see close(2)
 */
export function close(fd: number): void {
  checkInteger('fd', fd, MIN_S32, -1 - MIN_S32);
  resultOf(native.close(fd), 'close');
}
