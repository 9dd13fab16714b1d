import { type aio_context_t, contextSerial } from './aio-context-t.js';
import { checkInteger, outOfRange } from './argument-errors.js';
import { resultOf } from './errno.js';
import { type IoEventArray, eventArrayId } from './io-event-array.js';
import { type NativeId, native } from './native.js';
import { type Timespec, timeoutParts } from './timespec.js';

/** Checks what would have the kernel write past the array; the rest is the kernel's to refuse. */
export function eventRoom(nr: number, events: IoEventArray | null): NativeId {
  checkInteger('nr', nr, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  if (events === null) return 0;
  const id = eventArrayId(events);
  if (nr > events.length) throw outOfRange('nr', `<= ${events.length}`, nr);
  return id;
}

/**
 * Collects completions with a system call (`io_getevents`, Linux 2.5). It blocks this thread until
 * `min_nr` are there or the timeout has passed.
 *
 * @param min_nr - how many to wait for, 0 to `nr`
 * @param nr - how many to collect at most; no more than `events` has room for
 * @param events - receives them, from the first on
 * @param timeout - how long to wait at most; null waits for ever
 * @returns how many were collected; less than `min_nr` where the timeout passed
 * @throws EFAULT - `events` is null
 * @throws EINTR - a signal came first
 * @throws EINVAL - no such context here, `min_nr` or `nr` out of range, or a timeout that is
 * negative or has 10^9 nanoseconds or more
 * @throws RangeError - `nr` is more than `events` has room for
 * @see io_getevents(2)
 */
export function io_getevents(
  ctx: aio_context_t,
  min_nr: number,
  nr: number,
  events: IoEventArray | null,
  timeout: Timespec | null,
): number {
  checkInteger('min_nr', min_nr, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  const room = eventRoom(nr, events);
  const [sec, nsec] = timeoutParts(timeout);
  return resultOf(
    native.ioGetevents(contextSerial(ctx), min_nr, nr, room, sec, nsec),
    'io_getevents',
  );
}
