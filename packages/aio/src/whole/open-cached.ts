import { constants } from 'node:fs';
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_STATX_DONT_SYNC,
  O_CLOEXEC,
  O_PATH,
  RESOLVE_CACHED,
  STATX_SIZE,
  STATX_TYPE,
  Statx,
  close,
  statx,
  try_openat2,
} from 'aio-bind';
import { type DeviceNumber, isLocal, makedev } from '../engine/local-devices.js';

const { S_IFMT, S_IFREG, O_NONBLOCK, O_RDONLY } = constants;

/**
 * A file that has been opened, to be closed by who has it, by the `close` of aio-bind. The environment owns it, so that it
 * does not stay open where a worker is terminated before.
 */
export interface Opened {
  readonly fd: number;
  /** In bytes. */
  readonly size: number;
  readonly device: DeviceNumber;
}

const OWNED = true;

function openAtOnce(path: string | Uint8Array, flags: number): number {
  return try_openat2(AT_FDCWD, path, flags | O_CLOEXEC, 0, RESOLVE_CACHED, OWNED);
}

let stat: Statx | null = null;

/** A descriptor's size and device, if it is a regular file's. */
function describe(fd: number, mask: number): Opened | null {
  stat ??= new Statx();
  statx(fd, '', AT_EMPTY_PATH | AT_STATX_DONT_SYNC, mask, stat);
  if ((stat.stx_mode & S_IFMT) !== S_IFREG) return null;
  const device = { major: stat.stx_dev_major, minor: stat.stx_dev_minor };
  return { fd, size: Number(stat.stx_size), device };
}

/**
 * Whether a path leads to a regular file, on a device whose files are opened without waiting. It is asked
 * without opening it, since that is an event to the writer of a FIFO, and to some devices.
 */
function looksOrdinary(path: string | Uint8Array): boolean {
  const named = openAtOnce(path, O_PATH);
  if (named < 0) return false;
  try {
    const found = describe(named, STATX_TYPE);
    return found !== null && isLocal(makedev(found.device), path);
  } finally {
    close(named);
  }
}

/**
 * Opens a regular file for reading, if that can be done at once: it is in the directory cache of a local
 * file system.
 *
 * @param isOrdinary - it was found to be one of those just now
 * @returns null where a thread is to open it, or where it fails: Node then says why
 */
export function openCached(path: string | Uint8Array, isOrdinary: boolean): Opened | null {
  if (!isOrdinary && !looksOrdinary(path)) return null;
  // Should a FIFO have come into its place meanwhile, that does not wait either.
  const fd = openAtOnce(path, O_RDONLY | O_NONBLOCK);
  if (fd < 0) return null;
  const opened = describe(fd, STATX_TYPE | STATX_SIZE);
  if (opened === null) close(fd);
  return opened;
}
