import { type aio_context_t, contextSerial } from './aio-context-t.js';
import { resultOf } from './errno.js';
import { type IoEventArray } from './io-event-array.js';
import { eventRoom } from './io-getevents.js';
import { native } from './native.js';

/**
 * Collects what has completed, without waiting and without a system call: from the ring that the
 * kernel maps into the process. Where there is no such ring (gVisor), it makes the call with a zero
 * timeout. It may be mixed with {@link io_getevents}.
 *
 * @param nr - how many to collect at most; no more than `events` has room for
 * @param events - receives them, from the first on
 * @returns how many were collected
 * @throws EINVAL - no such context here, or a negative `nr`
 * @throws RangeError - `nr` is more than `events` has room for
 * @see fs/aio.c, aio_read_events_ring()
 */
export function io_getevents_ring(ctx: aio_context_t, nr: number, events: IoEventArray): number {
  const room = eventRoom(nr, events);
  return resultOf(native.ioGeteventsRing(contextSerial(ctx), nr, room), 'io_getevents');
}
