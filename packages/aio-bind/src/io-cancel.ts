import { type aio_context_t, contextSerial } from './aio-context-t.js';
import { invalidType } from './argument-errors.js';
import { resultOf } from './errno.js';
import { IoEvent } from './io-event.js';
import { Iocb, slabOfIocb, slotOfIocb } from './iocb.js';
import { slabId } from './iocb-slab.js';
import { native } from './native.js';

/**
 * Cancels an operation in flight (`io_cancel`, Linux 2.5). Only polls and the operations of a few
 * drivers can be; reads and writes of files cannot.
 *
 * When it returns the operation is being cancelled (the kernel's EINPROGRESS), and its event comes
 * as any other, a poll's with `res` 0.
 *
 * @param iocb - the iocb, where it was when it was submitted
 * @param result - not used: since Linux 4.19 the kernel leaves it alone
 * @throws EFAULT - `iocb` is null
 * @throws EINVAL - no such context here, not in flight, or nothing that can be cancelled
 * @see io_cancel(2)
 */
export function io_cancel(ctx: aio_context_t, iocb: Iocb | null, result: IoEvent | null): void {
  if (iocb !== null && !(iocb instanceof Iocb)) throw invalidType('iocb', 'an Iocb or null', iocb);
  if (result !== null && !(result instanceof IoEvent)) {
    throw invalidType('result', 'an IoEvent or null', result);
  }
  const answer = native.ioCancel(
    contextSerial(ctx),
    iocb === null ? 0 : slabId(slabOfIocb(iocb)),
    iocb === null ? 0 : slotOfIocb(iocb),
  );
  if (answer !== EINPROGRESS) resultOf(answer, 'io_cancel');
}

const EINPROGRESS = -115;
