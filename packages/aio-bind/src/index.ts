/**
 * Linux kernel AIO as the kernel has it: the system calls, structs and constants under their own
 * names, libaio's helpers, and what a program needs besides to drive them from an event loop.
 *
 * @packageDocumentation
 */
export { aio_context_t } from './aio-context-t.js';
export { type AioLimits, aio_limits } from './aio-limits.js';
export { type AioRing, aio_ring } from './aio-ring.js';
export { close } from './close.js';
export * from './constants/at.js';
export * from './constants/iocb-cmd.js';
export * from './constants/iocb-flag.js';
export * from './constants/ioprio.js';
export * from './constants/open-flags.js';
export * from './constants/poll-mask.js';
export * from './constants/resolve.js';
export * from './constants/rwf.js';
export * from './constants/statx.js';
export { errnoError } from './errno.js';
export { EventWatcher } from './event-watcher.js';
export { io_cancel } from './io-cancel.js';
export { io_destroy } from './io-destroy.js';
export { io_destroy_later } from './io-destroy-later.js';
export { IoEvent } from './io-event.js';
export { IoEventArray } from './io-event-array.js';
export { io_getevents } from './io-getevents.js';
export { io_getevents_ring } from './io-getevents-ring.js';
export { io_pgetevents } from './io-pgetevents.js';
export * from './io-prep.js';
export { IoRangeArray } from './io-range-array.js';
export { io_setup } from './io-setup.js';
export { io_submit } from './io-submit.js';
export {
  type RangeCommand,
  type RangeSubmitOptions,
  io_submit_ranges,
} from './io-submit-ranges.js';
export { IoVec } from './io-vec.js';
export { IoVecArray } from './io-vec-array.js';
export { type AioBuf, Iocb } from './iocb.js';
export { IocbSlab } from './iocb-slab.js';
export { type Layout, type StructLayout, layout } from './layout.js';
export { SEEK_CUR, SEEK_END, SEEK_SET, lseek } from './lseek.js';
export { addressOf, allocAligned, stackAddress } from './memory.js';
export { type OpenHow, openat2, try_openat2 } from './openat2.js';
export { try_preadv2 } from './preadv2.js';
export { TimedRead } from './timed-read.js';
export {
  type Signal,
  SigSet,
  sigaddset,
  sigdelset,
  sigemptyset,
  sigfillset,
  sigismember,
} from './sig-set.js';
export { read_cached, read_cached_on_mount } from './read-cached.js';
export { ReadHelper, type ReadHelperOptions } from './read-helper.js';
export { Statx, statx } from './statx.js';
export type { StatxTimestamp } from './statx-timestamp.js';
export {
  SubmitThreads,
  type SubmitThreadsOptions,
  type SubmitThreadsSubmitOptions,
} from './submit-threads.js';
export { Timespec } from './timespec.js';
