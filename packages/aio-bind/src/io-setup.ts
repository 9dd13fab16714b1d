import { aio_context_t, fillContext } from './aio-context-t.js';
import { MAX_U32, MIN_S32, checkInteger, invalidType } from './argument-errors.js';
import { resultOf } from './errno.js';
import { native } from './native.js';

/**
 * Sets up a context in which at least `nr_events` operations can be in flight (`io_setup`, Linux
 * 2.5).
 *
 * @param nr_events - 1 to aio-max-nr minus aio-nr; the kernel may have room for more, but only this
 * many are safe to count on
 * @param ctxp - a variable that is 0, which receives the context
 * @throws EAGAIN - `nr_events` is more than aio-max-nr leaves (the message gives the figures)
 * @throws EFAULT - `ctxp` is null
 * @throws EINVAL - `nr_events` is 0 or too large by far, or the variable is not 0
 * @throws ENOMEM - no memory for the ring
 * @throws ENOSYS, EPERM - this kernel or sandbox has no kernel AIO
 * @see io_setup(2)
 */
export function io_setup(nr_events: number, ctxp: aio_context_t | null): void {
  checkInteger('nr_events', nr_events, MIN_S32, MAX_U32);
  if (ctxp !== null && !(ctxp instanceof aio_context_t)) {
    throw invalidType('ctxp', 'an aio_context_t or null', ctxp);
  }
  const { result, serial, value } = native.ioSetup(nr_events >>> 0, ctxp?.value ?? null);
  resultOf(result, 'io_setup');
  if (ctxp !== null && serial !== undefined && value !== undefined) {
    fillContext(ctxp, serial, value);
  }
}
