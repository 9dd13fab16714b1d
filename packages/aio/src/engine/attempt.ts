// Decides how an operation is tried, and what its result means for the next try. Pure policy: the
// engine carries it out.
import { constants, release } from 'node:os';
import { RWF_NOWAIT } from 'aio-bind';
import { BUFFERED_READ, BUFFERED_WRITE, DIRECT_WRITE } from './device.js';
import type { OpenFile } from './open-file.js';
import type { Operation } from './operation.js';

const EAGAIN = -constants.errno.EAGAIN;
const EINTR = -constants.errno.EINTR;
const EOPNOTSUPP = -constants.errno.EOPNOTSUPP;
/** What io_submit(2) says of a file without read_iter or write_iter; and of itself, where a sandbox forbids it. */
const NO_AIO = [-constants.errno.EINVAL, -constants.errno.EPERM, -constants.errno.ENOSYS];

/** Where the kernel cuts a read that may not wait. */
const PAGE = 4096;

/**
 * Of no more than this all is read ahead, unless the device is set to read less ahead (read_ahead_kb): what is missing
 * is then read one after the other.
 */
const READ_AHEAD = 1 << 16;

const [major = 0, minor = 0] = release().split('.').map(Number);
/** A read that may not wait starts the read-ahead before it is refused (2e85abf053b9). */
const STARTS_READ_AHEAD = major > 5 || (major === 5 && minor >= 9);

/** What is to become of an operation that has come back. */
export const SETTLE = 0;
/** The rest of it is tried again, still without waiting. */
export const CONTINUE = 1;
/** It has to wait: for a submit thread. */
export const OFFLOAD = 2;
/** The kernel has no AIO for this file. */
export const LEAVE_TO_NODE = 3;

export type Verdict = typeof SETTLE | typeof CONTINUE | typeof OFFLOAD | typeof LEAVE_TO_NODE;

/**
 * A buffered transfer has ended when io_submit returns, here or on a thread; so nobody needs to be
 * told, which spares the kernel a tenth of its work, and us a wake-up for each.
 *
 * @param kind - a bit of device.ts; 0 for what takes no flags
 */
export function endsInLine(file: OpenFile | null, kind: number): boolean {
  return file !== null && kind !== 0 && !file.direct && (file.device.completesLate & kind) === 0;
}

/** A buffered transfer of so many bytes would hold up the event loop by its copying alone. */
export function holdsUpLoop(bytes: number): boolean {
  return bytes >= 1 << 18;
}

const WRITES = BUFFERED_WRITE | DIRECT_WRITE;

/**
 * Whether the kernel may be asked not to wait, on the event loop. Not for writes to a file system: while that is
 * frozen (fsfreeze(8), a snapshot being made), io_submit(2) waits for the thaw even with RWF_NOWAIT
 * (kiocb_start_write() in fs/aio.c), and it may be this very process that is to thaw it.
 */
export function takesNowait({ device, regular }: OpenFile, kind: number): boolean {
  return (device.refusesNowait & kind) === 0 && !(regular && (kind & WRITES) !== 0);
}

/**
 * Whether a transfer is tried without waiting. If not, a submit thread has it at once: it would be refused, or
 * hold up the event loop by its copying.
 */
export function isTriedAtOnce(file: OpenFile, kind: number, bytes: number): boolean {
  return takesNowait(file, kind) && (file.direct || !holdsUpLoop(bytes));
}

/** Whether a buffered read of one buffer is tried without waiting, and is expected to have ended then. */
export function readEndsInLine({ direct, device }: OpenFile, bytes: number): boolean {
  const unlike = device.refusesNowait | device.completesLate;
  return !direct && (unlike & BUFFERED_READ) === 0 && !holdsUpLoop(bytes);
}

/** The first attempt. */
export function planFirst(operation: Operation): void {
  const { file, kind, command, bytes } = operation;
  if (kind === 0 || file === null) return; // fsync: the kernel does it in a thread of its own
  // Cut short, the rest of an append would come behind what others have appended meanwhile.
  const mustBeWhole = file.append && command?.reads === false;
  if (mustBeWhole || !isTriedAtOnce(file, kind, bytes)) {
    planOffload(operation, 0);
    return;
  }
  planAtOnce(operation, endsInLine(file, kind));
}

/**
 * An attempt that may not wait.
 *
 * @param unannounced - no eventfd says when it ends
 */
export function planAtOnce(operation: Operation, unannounced: boolean): void {
  operation.nowait = true;
  operation.rwFlags |= RWF_NOWAIT;
  operation.unannounced = unannounced;
}

/**
 * Another attempt, by a thread, which may wait.
 *
 * @param result - of the last one, which might not: what it transferred, or -errno
 */
export function planOffload(operation: Operation, result: number): void {
  operation.offload = true;
  operation.begun = operation.nowait && result === EAGAIN && isReadAhead(operation);
  operation.nowait = false;
  operation.unannounced = endsInLine(operation.file, operation.kind);
  operation.rwFlags &= ~RWF_NOWAIT;
}

function isReadAhead({ command, file, bytes, done }: Operation): boolean {
  if (!STARTS_READ_AHEAD || command?.reads !== true || file === null) return false;
  return !file.direct && bytes - done <= READ_AHEAD;
}

/**
 * What a result means.
 *
 * @param result - bytes, or -errno
 * @param wasRefused - io_submit(2) gave it: the kernel has not begun
 */
export function judge(operation: Operation, result: number, wasRefused: boolean): Verdict {
  // Given up on: what the kernel has done is all that it does.
  if (!operation.isHeard) return SETTLE;
  const { command, file, nowait, nbytes, vectors, bytes, done } = operation;
  // The context has no room. (Else, told to wait, it is the file's own answer.)
  if (result === EAGAIN && wasRefused) return OFFLOAD;
  if (nowait && (result === EAGAIN || result === EOPNOTSUPP)) {
    if (result === EOPNOTSUPP && file !== null) file.device.refusesNowait |= operation.kind;
    return OFFLOAD;
  }
  // Node hears it again, if it is so for Node. (What the file itself answers must not be asked again: it may have done something.)
  if (wasRefused && done === 0 && NO_AIO.includes(result)) return LEAVE_TO_NODE;
  if (result < 0) return isInterruptedWrite(operation, result) ? OFFLOAD : SETTLE;
  const wanted = vectors === null ? nbytes : bytes - done;
  if (result === wanted) return SETTLE;
  // Of a write the rest follows until there is an error, as with Node (uv__fs_write_all() in libuv): the kernel takes less
  // than 2 GiB at a time, a full disk what it has room for, a daemon (FUSE) what it likes.
  if (command?.reads !== true) return nowait || result > 0 ? OFFLOAD : SETTLE;
  return !nowait || endsThere(result, operation.offset) ? SETTLE : CONTINUE;
}

/**
 * Whether a signal (SIGSTOP, say) came to the thread that waited for a daemon, or the daemon says so. As in libuv, it
 * is tried again; of reads their callers are told.
 */
function isInterruptedWrite({ command, kind }: Operation, result: number): boolean {
  return result === EINTR && command?.reads === false && kind !== 0;
}

/** Whether a read that may not wait came to the end of the file, being short. */
function endsThere(bytes: number, offset: number): boolean {
  // Else it may be the page cache that ends there, and that ends with a page.
  return bytes === 0 || (offset + bytes) % PAGE !== 0;
}

/**
 * Whether that is all of a read, the first attempt of which may not wait: it has settled, well or not.
 *
 * @param result - bytes, or -errno
 */
export function isAllOfRead(result: number, wanted: number, offset: number): boolean {
  if (result >= 0) return result === wanted || endsThere(result, offset);
  return result !== EAGAIN && result !== EOPNOTSUPP && !NO_AIO.includes(result);
}

/** An operation was expected to have ended when io_submit returned, and goes on. */
export function noteCompletesLate(file: OpenFile | null, kind: number): void {
  if (file !== null) file.device.completesLate |= kind;
}
