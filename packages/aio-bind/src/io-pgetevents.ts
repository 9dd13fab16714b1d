import { type aio_context_t, contextSerial } from './aio-context-t.js';
import { checkInteger, invalidType } from './argument-errors.js';
import { resultOf } from './errno.js';
import type { IoEventArray } from './io-event-array.js';
import { eventRoom } from './io-getevents.js';
import { native } from './native.js';
import { SigSet } from './sig-set.js';
import { type Timespec, timeoutParts } from './timespec.js';

/**
 * {@link io_getevents} with another signal mask while it waits (`io_pgetevents`, Linux 4.18).
 *
 * @param sigmask - the signals that are blocked meanwhile; null leaves the mask as it is
 * @throws as {@link io_getevents}; ENOSYS before Linux 4.18
 * @see io_getevents(2)
 */
export function io_pgetevents(
  ctx: aio_context_t,
  min_nr: number,
  nr: number,
  events: IoEventArray | null,
  timeout: Timespec | null,
  sigmask: SigSet | null,
): number {
  checkInteger('min_nr', min_nr, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  if (sigmask !== null && !(sigmask instanceof SigSet)) {
    throw invalidType('sigmask', 'a SigSet or null', sigmask);
  }
  const room = eventRoom(nr, events);
  const [sec, nsec] = timeoutParts(timeout);
  const mask = sigmask?.mask ?? null;
  return resultOf(
    native.ioPgetevents(contextSerial(ctx), min_nr, nr, room, sec, nsec, mask),
    'io_pgetevents',
  );
}
