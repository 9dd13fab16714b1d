import { constants } from 'node:os';
import { read_cached, read_cached_on_mount } from 'aio-bind';
import { type DeviceNumber, makedev } from '../engine/local-devices.js';
import { ENOENT, missingFile } from './missing-file.js';
import { hasRoomForFifo, readOpenFifo } from './open-fifo.js';
import { pageAligned } from './page-aligned.js';
import { RarerTries } from './rarer-tries.js';
import { beginsAtRoot, learnRoot, rootDevice } from './root-mount.js';

const { EAGAIN, ENOSYS, EPERM, EINVAL, EXDEV, EFBIG, ENODATA, ESPIPE } = constants.errno;
/** An older kernel, or a seccomp profile: it will not change. */
const NEVER = [-ENOSYS, -EPERM, -EINVAL];
/** Its device is not known yet. */
const UNKNOWN = -EXDEV;
/** It is on another mount, or not in the directory cache. */
const NOT_ON_ROOT = [-EXDEV, -EAGAIN];
/** A FIFO, which has been left open; or another thing that has no positions. */
const FIFO = -ESPIPE;
/** It is large, or not all of it is in memory; the attempt has started the read-ahead. */
const LATER = [-EFBIG, -ENODATA];

/** What is copied in line: some 30 us. More goes to submit threads, in parallel. */
const IN_LINE = 1 << 18;

/** There is nothing to be gained here: Node is to read it. */
export const NODE = 'node';
/** It may be opened at once, if it is an ordinary file, and read by the engine. */
export const ENGINE = 'engine';
/** The same for what was an ordinary file just now. */
export const ORDINARY = 'ordinary';

// Node checks a path's permission itself, where it is told to; system calls would not.
let usable = !('permission' in process);
let room: Buffer | null = null;
/** The descriptor of a FIFO that was left open. */
const opened = new Int32Array(1);

/** Where files have been found to be read at once: major and minor numbers. */
let devices = new Uint32Array(0);
const inDevices = new Set<number>();
const refused = new Set<number>();

/** Files of this device are opened without waiting, so that they are tried from now on. */
export function tryAtOnce(device: DeviceNumber): void {
  const dev = makedev(device);
  if (inDevices.has(dev) || refused.has(dev)) return;
  inDevices.add(dev);
  learnRoot();
  devices = Uint32Array.of(...devices, device.major, device.minor);
}

/** Nothing on this device is ever read at once (tmpfs). */
export function neverAtOnce({ major, minor }: DeviceNumber): void {
  const dev = makedev({ major, minor });
  refused.add(dev);
  inDevices.delete(dev);
  const index = devices.findIndex((n, i) => i % 2 === 0 && n === major && devices[i + 1] === minor);
  if (index !== -1) devices = devices.filter((_, i) => i !== index && i !== index + 1);
}

/** What has come of it: all of it, what a FIFO will have had, or who is to read it. */
export type Found =
  | { readonly contents: Buffer | string }
  | { readonly fifo: Promise<Buffer> }
  | typeof NODE
  | typeof ENGINE
  | typeof ORDINARY;

/** To find that a path leads elsewhere takes the time of a system call. */
const triesOnRoot = new RarerTries();

/** Whether a path may be opened without a look at it, if it stays on the mount of the root directory. */
function isTriedOnRoot(path: string | Uint8Array): boolean {
  const root = rootDevice();
  if (root === undefined || !inDevices.has(root)) return false;
  return beginsAtRoot(path) && hasRoomForFifo() && triesOnRoot.isDue();
}

function read(path: string | Uint8Array, into: Buffer): number {
  if (isTriedOnRoot(path)) {
    const size = read_cached_on_mount(path, into, opened);
    // What would say that this cannot be done may be said by the driver of a device.
    if (!NOT_ON_ROOT.includes(size) && !NEVER.includes(size)) {
      triesOnRoot.succeeded();
      return size;
    }
    triesOnRoot.failed();
  }
  return read_cached(path, into, devices);
}

/**
 * The contents of a regular file of which everything is in memory; else who is to read it. Throws where
 * the directory cache knows that there is no such file.
 */
export function readAtOnce(path: string | Uint8Array, encoding: BufferEncoding | null): Found {
  if (!usable) return NODE;
  let size: number;
  try {
    // One byte more than there may be, to tell the end.
    room ??= pageAligned(IN_LINE + 1);
    size = read(path, room);
  } catch {
    // No Linux, or no addon.
    usable = false;
    return NODE;
  }
  if (size === ENOENT) throw missingFile(path);
  if (size < 0) {
    if (NEVER.includes(size)) usable = false;
    if (size === FIFO && opened[0] !== -1) return { fifo: readOpenFifo(opened[0]!) };
    if (size === UNKNOWN) return ENGINE;
    return LATER.includes(size) ? ORDINARY : NODE;
  }
  if (encoding !== null) return { contents: room.toString(encoding, 0, size) };
  // Of its own, as Node's: not a part of the pool.
  const contents = Buffer.allocUnsafeSlow(size);
  room.copy(contents, 0, 0, size);
  return { contents };
}
