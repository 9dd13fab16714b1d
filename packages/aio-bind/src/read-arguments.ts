import { MAX_U32, MIN_S32, checkInteger, outOfRange } from './argument-errors.js';
import { byteLengthOf } from './byte-length.js';
import { addressOf } from './memory.js';

/**
 * Checks what a read into one buffer is given.
 *
 * @returns where the memory is
 */
export function checkedAddress(
  fd: number,
  buf: ArrayBufferView | number,
  count: number,
  offset: number,
  flags: number,
): number {
  checkInteger('fd', fd, MIN_S32, -1 - MIN_S32);
  checkInteger('count', count, 0, -1 - MIN_S32);
  checkInteger('offset', offset, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  checkInteger('flags', flags, MIN_S32, MAX_U32);
  if (typeof buf === 'number') {
    checkInteger('buf', buf, 0, Number.MAX_SAFE_INTEGER);
    return buf;
  }
  const address = addressOf(buf);
  const room = byteLengthOf(buf);
  if (count > room) throw outOfRange('count', `<= ${room}`, count);
  return address;
}
