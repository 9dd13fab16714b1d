import { types } from 'node:util';
import { type aio_context_t, contextSerial } from './aio-context-t.js';
import { checkInteger, invalidType, outOfRange } from './argument-errors.js';
import { byteLengthOf } from './byte-length.js';
import {
  IOCB_CMD_PREAD,
  IOCB_CMD_PREADV,
  IOCB_CMD_PWRITE,
  IOCB_CMD_PWRITEV,
} from './constants/iocb-cmd.js';
import { resultOf } from './errno.js';
import { IoVecArray, misfit, vectorsIn } from './io-vec-array.js';
import { Iocb, nbytesOfIocb, opcodeOfIocb, slabOfIocb, slotOfIocb } from './iocb.js';
import { IocbSlab, keptBySlab, slabId } from './iocb-slab.js';
import { layout } from './layout.js';
import { native } from './native.js';

/**
 * Submits operations (`io_submit`, Linux 2.5).
 *
 * The kernel takes them in order and stops at the first that it refuses: the result says how many it
 * took, and only where that is none does the call fail, with what is wrong with the first. What is
 * done already on return (a cached read, say) has its event in the ring; the call blocks for
 * operations that cannot be queued (a buffered read that is not cached, for one, unless
 * RWF_NOWAIT).
 *
 * @param nr - how many of them, from the first on; 0 submits nothing
 * @param iocbpp - the iocbs; those whose `aio_buf` is a view are checked to stay within it
 * @returns how many were accepted: at most `nr`, or what the context has room for
 * @throws EAGAIN - the context has no room
 * @throws EBADF - the first iocb's descriptor (or its resfd) is not open, or not for this
 * @throws EFAULT - a null in the place of an iocb or of the array, or memory that is not there
 * @throws EINVAL - no such context here, a negative `nr`, or a field that the kernel refuses
 * @throws ENOTSUP (the kernel's EOPNOTSUPP) - an RWF flag that the kernel or the file system does not support
 * @throws EPERM - a priority class that needs a capability
 * @throws RangeError - `nr` is more than there are, or a length more than its buffer has
 * @see io_submit(2)
 */
export function io_submit(
  ctx: aio_context_t,
  nr: number,
  iocbpp: readonly (Iocb | null)[] | null,
): number;
/**
 * The same for slots of a slab: the fast way, which checks nothing that JavaScript wrote into the
 * slots but their numbers. What their `aio_buf` names must be kept ({@link IocbSlab.keep}).
 *
 * @param slots - which slots, in the order of submission
 */
export function io_submit(
  ctx: aio_context_t,
  nr: number,
  slab: IocbSlab,
  slots: Uint32Array,
): number;
export function io_submit(
  ctx: aio_context_t,
  nr: number,
  iocbs: IocbSlab | readonly (Iocb | null)[] | null,
  slots?: Uint32Array,
): number {
  const context = contextSerial(ctx);
  checkInteger('nr', nr, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  if (iocbs instanceof IocbSlab) {
    if (!(slots instanceof Uint32Array)) throw invalidType('slots', 'a Uint32Array', slots);
    if (nr > slots.length) throw outOfRange('nr', `<= ${slots.length}`, nr);
    return resultOf(native.ioSubmitSlots(context, nr, slabId(iocbs), slots), 'io_submit');
  }
  if (iocbs !== null && !Array.isArray(iocbs)) {
    throw invalidType('iocbpp', 'an IocbSlab, an array of Iocb, or null', iocbs);
  }
  const pairs = iocbs === null ? null : slabSlotPairs(iocbs as readonly (Iocb | null)[], nr);
  return resultOf(native.ioSubmitPairs(context, nr, pairs), 'io_submit');
}

/** Slab and slot of each iocb; slab 0 for a null. */
function slabSlotPairs(iocbs: readonly (Iocb | null)[], nr: number): Uint32Array {
  if (nr > iocbs.length) throw outOfRange('nr', `<= ${iocbs.length}`, nr);
  // Each is asked for once, and before any is checked: a getter in its place may change another.
  const named: (Iocb | null)[] = [];
  for (let i = 0; i < nr; i++) named.push(iocbs[i] ?? null);
  const pairs = new Uint32Array(2 * named.length);
  for (let i = 0; i < named.length; i++) {
    const iocb = named[i] ?? null;
    if (iocb === null) continue;
    if (!(iocb instanceof Iocb)) throw invalidType(`iocbpp[${i}]`, 'an Iocb or null', iocb);
    checkFits(iocb, i);
    pairs[2 * i] = slabId(slabOfIocb(iocb));
    pairs[2 * i + 1] = slotOfIocb(iocb);
  }
  return pairs;
}

/** The kernel must not reach beyond the memory that is kept for it. */
export function checkFits(iocb: Iocb, index: number): void {
  const owner = keptBySlab(slabOfIocb(iocb), slotOfIocb(iocb));
  const opcode = opcodeOfIocb(iocb);
  const vectored = opcode === IOCB_CMD_PREADV || opcode === IOCB_CMD_PWRITEV;
  if (!vectored && opcode !== IOCB_CMD_PREAD && opcode !== IOCB_CMD_PWRITE) return;
  const bytes = bytesOf(owner);
  if (bytes === undefined) return;
  const nbytes = nbytesOfIocb(iocb);
  const room = vectored ? Math.floor(bytes / layout.iovec.size) : bytes;
  if (nbytes > room) {
    const range = `<= ${room} ${vectored ? 'iovecs' : 'bytes'}`;
    throw outOfRange(`iocbpp[${index}].aio_nbytes`, range, iocb.aio_nbytes);
  }
  if (!vectored || !(owner instanceof IoVecArray)) return;
  const wrong = misfit(owner, nbytes);
  if (wrong !== -1) {
    throw outOfRange(
      `iocbpp[${index}].aio_buf[${wrong}].iov_len`,
      'at most the length of the buffer',
      owner.len(wrong),
    );
  }
}

/** How much memory is behind what a slot keeps, where that can be known. */
function bytesOf(owner: object | null): number | undefined {
  if (owner instanceof IoVecArray) return vectorsIn(owner) * layout.iovec.size;
  // Without types, an ArrayBuffer does as well as a view.
  return ArrayBuffer.isView(owner) || types.isArrayBuffer(owner) ? byteLengthOf(owner) : undefined;
}
