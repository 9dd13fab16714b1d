// libaio's helpers, with its names and meaning: each zeroes the iocb and fills in one operation.
// (io_prep_pread(3) and its family.)
import { IOCB_FLAG_RESFD } from './constants/iocb-flag.js';
import {
  IOCB_CMD_FDSYNC,
  IOCB_CMD_FSYNC,
  IOCB_CMD_POLL,
  IOCB_CMD_PREAD,
  IOCB_CMD_PREADV,
  IOCB_CMD_PWRITE,
  IOCB_CMD_PWRITEV,
} from './constants/iocb-cmd.js';
import { checkInteger, invalidType } from './argument-errors.js';
import type { IoVecArray } from './io-vec-array.js';
import { type AioBuf, Iocb } from './iocb.js';

function prepare(iocb: Iocb, opcode: number, fd: number): void {
  if (!(iocb instanceof Iocb)) throw invalidType('iocb', 'an Iocb', iocb);
  iocb.slab.clear(iocb.slot);
  iocb.aio_lio_opcode = opcode;
  iocb.aio_fildes = fd;
}

function prepareTransfer(
  iocb: Iocb,
  opcode: number,
  fd: number,
  buf: AioBuf,
  nbytes: number | bigint,
  offset: number | bigint,
  flags = 0,
): void {
  prepare(iocb, opcode, fd);
  iocb.aio_buf = buf;
  iocb.aio_nbytes = nbytes;
  iocb.aio_offset = offset;
  iocb.aio_rw_flags = flags;
}

/**
 * A read of `count` bytes at `offset` into `buf`. Its event's `res` is how many were read: less at
 * the end of the file.
 *
 * @param count - in bytes; the kernel transfers 0x7ffff000 at most
 * @param offset - in bytes from the start of the file
 * @see io_prep_pread(3), pread(2)
 */
export function io_prep_pread(
  iocb: Iocb,
  fd: number,
  buf: ArrayBufferView | bigint | number | null,
  count: number | bigint,
  offset: number | bigint,
): void {
  prepareTransfer(iocb, IOCB_CMD_PREAD, fd, buf, count, offset);
}

/**
 * A write of `count` bytes from `buf` at `offset`. Its event's `res` is how many were written.
 *
 * @param count - in bytes; the kernel transfers 0x7ffff000 at most
 * @param offset - in bytes from the start of the file; without meaning for a file opened O_APPEND
 * @see io_prep_pwrite(3), pwrite(2)
 */
export function io_prep_pwrite(
  iocb: Iocb,
  fd: number,
  buf: ArrayBufferView | bigint | number | null,
  count: number | bigint,
  offset: number | bigint,
): void {
  prepareTransfer(iocb, IOCB_CMD_PWRITE, fd, buf, count, offset);
}

/**
 * A read at `offset` into `iovcnt` pieces of memory.
 *
 * @param iovcnt - 0 to 1024
 * @see io_prep_preadv(3), preadv(2)
 */
export function io_prep_preadv(
  iocb: Iocb,
  fd: number,
  iov: IoVecArray | bigint | number | null,
  iovcnt: number,
  offset: number | bigint,
): void {
  prepareTransfer(iocb, IOCB_CMD_PREADV, fd, iov, iovcnt, offset);
}

/**
 * A write at `offset` from `iovcnt` pieces of memory.
 *
 * @param iovcnt - 0 to 1024
 * @see io_prep_pwritev(3), pwritev(2)
 */
export function io_prep_pwritev(
  iocb: Iocb,
  fd: number,
  iov: IoVecArray | bigint | number | null,
  iovcnt: number,
  offset: number | bigint,
): void {
  prepareTransfer(iocb, IOCB_CMD_PWRITEV, fd, iov, iovcnt, offset);
}

/**
 * {@link io_prep_preadv} with flags.
 *
 * @param flags - RWF_*
 * @see preadv2(2)
 */
export function io_prep_preadv2(
  iocb: Iocb,
  fd: number,
  iov: IoVecArray | bigint | number | null,
  iovcnt: number,
  offset: number | bigint,
  flags: number,
): void {
  prepareTransfer(iocb, IOCB_CMD_PREADV, fd, iov, iovcnt, offset, flags);
}

/**
 * {@link io_prep_pwritev} with flags.
 *
 * @param flags - RWF_*
 * @see pwritev2(2)
 */
export function io_prep_pwritev2(
  iocb: Iocb,
  fd: number,
  iov: IoVecArray | bigint | number | null,
  iovcnt: number,
  offset: number | bigint,
  flags: number,
): void {
  prepareTransfer(iocb, IOCB_CMD_PWRITEV, fd, iov, iovcnt, offset, flags);
}

/**
 * Flushes a file's data and metadata to the device. The event's `res` is 0.
 *
 * @see io_prep_fsync(3), fsync(2)
 */
export function io_prep_fsync(iocb: Iocb, fd: number): void {
  prepare(iocb, IOCB_CMD_FSYNC, fd);
}

/**
 * Flushes a file's data, and the metadata that is needed to read it back, to the device. The event's
 * `res` is 0.
 *
 * @see fdatasync(2)
 */
export function io_prep_fdsync(iocb: Iocb, fd: number): void {
  prepare(iocb, IOCB_CMD_FDSYNC, fd);
}

/**
 * Waits, once, until a descriptor is ready. The event's `res` is the ready events.
 *
 * @param events - POLL*, 16 bits
 * @see io_prep_poll(3), poll(2)
 */
export function io_prep_poll(iocb: Iocb, fd: number, events: number): void {
  prepare(iocb, IOCB_CMD_POLL, fd);
  checkInteger('events', events, 0, 0xffff);
  iocb.aio_buf = events;
}

/**
 * Has an eventfd signalled when the operation completes. For an iocb that has been prepared.
 *
 * @param eventfd - such as {@link EventWatcher.fd}
 * @see io_set_eventfd(3), eventfd(2)
 */
export function io_set_eventfd(iocb: Iocb, eventfd: number): void {
  if (!(iocb instanceof Iocb)) throw invalidType('iocb', 'an Iocb', iocb);
  iocb.aio_flags |= IOCB_FLAG_RESFD;
  iocb.aio_resfd = eventfd;
}
