import { type aio_context_t, contextSerial } from './aio-context-t.js';
import { MAX_U32, checkInteger, checkObject, outOfRange } from './argument-errors.js';
import { resultOf } from './errno.js';
import { type IoEventArray, eventArrayId } from './io-event-array.js';
import { type IoRangeArray, rangeArrayId, setRangeCommand } from './io-range-array.js';
import { type IocbSlab, slabId } from './iocb-slab.js';
import { native } from './native.js';

/** What the iocbs of all ranges have in common; every other field is 0. */
export interface RangeCommand {
  /** IOCB_CMD_PREAD or IOCB_CMD_PWRITE. */
  readonly aio_lio_opcode: number;
  /** RWF_* */
  readonly aio_rw_flags: number;
  /**
   * The high half of each `aio_data`, 0 to 2^32 - 1; the low half is the slot. By both an event is told to be of one
   * of these ranges, so it is to differ from that of what is in flight.
   */
  readonly tag: number;
}

/** How they are submitted. */
export interface RangeSubmitOptions {
  /**
   * How many go by one io_submit(2), 1 to 2^32 - 1; all, unless given. Of a call that has more than two, the kernel
   * gives the device nothing before all are prepared (AIO_PLUG_THRESHOLD in fs/aio.c): of reads that are not cached
   * the first is under way sooner where fewer go together. Calls go on as long as each accepts what it was given.
   */
  readonly perCall?: number | undefined;
}

/**
 * Fills an iocb for each range, submits them, and collects what has completed: `io_submit` and
 * {@link io_getevents_ring} in one call, and none of the work for each transfer in JavaScript. Meant for transfers
 * that are done when `io_submit` returns: cached reads with RWF_NOWAIT, say.
 *
 * A range that has ended has its result in `ranges.res`, and its event is not shown. One that goes on has
 * {@link IoRangeArray.PENDING} there, and its event is collected later, as any other; or it is among `events`, where
 * the kernel ended it before one that was submitted ahead of it. As with slots that are
 * filled through typed arrays, the caller keeps the memory ({@link IocbSlab.keep}, or in its own way).
 *
 * @param nr - how many ranges, from the first on
 * @param events - receives the other events that were collected, `ranges.events` of them; where those and
 *   `ranges.ended` together are as many as there is room for, there may be more
 * @returns how many were accepted, as io_submit has it: at most `nr`, or what the context has room for
 * @throws EAGAIN - the context has no room
 * @throws EBADF - the descriptor is not open, or not for this (of the first range, as the next two)
 * @throws EFAULT - an address that no process has
 * @throws EINVAL - no such context here, a negative `nr`, or a field that the kernel refuses
 * @throws ENOTSUP - an RWF flag that the kernel or the file system does not support
 * @throws TypeError - the memory of `ranges` was transferred (`ArrayBuffer.prototype.transfer`), or an option is of
 *   another type
 * @throws RangeError - `nr` is more than there are, a slot is outside the slab, or `perCall` is not from 1 to 2^32 - 1
 * @see io_submit(2)
 */
export function io_submit_ranges(
  ctx: aio_context_t,
  nr: number,
  slab: IocbSlab,
  ranges: IoRangeArray,
  command: RangeCommand,
  events: IoEventArray,
  options: RangeSubmitOptions = {},
): number {
  checkInteger('nr', nr, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  const rangesId = rangeArrayId(ranges);
  if (nr > ranges.length) throw outOfRange('nr', `<= ${ranges.length}`, nr);
  checkObject('command', command);
  const { aio_lio_opcode, aio_rw_flags, tag } = command;
  checkInteger('command.aio_lio_opcode', aio_lio_opcode, 0, 2 ** 16 - 1);
  checkInteger('command.aio_rw_flags', aio_rw_flags, -(2 ** 31), MAX_U32);
  checkInteger('command.tag', tag, 0, MAX_U32);
  checkObject('options', options);
  const { perCall = MAX_U32 } = options;
  checkInteger('options.perCall', perCall, 1, MAX_U32);
  setRangeCommand(ranges, aio_lio_opcode, aio_rw_flags, tag);
  const result = native.ioSubmitRanges(
    contextSerial(ctx),
    nr,
    slabId(slab),
    rangesId,
    eventArrayId(events),
    perCall,
  );
  return resultOf(result, 'io_submit');
}
