// The plain descriptors that the engine serves, from open to close.
import { constants, fstatSync } from 'node:fs';
import { AT_EMPTY_PATH, AT_STATX_DONT_SYNC, STATX_INO, STATX_TYPE, Statx, statx } from 'aio-bind';
import { engineFor } from '../backend.js';
import { deviceOf } from '../engine/device.js';
import { isSeekable, kindOf } from '../engine/file-kind.js';
import { makedev } from '../engine/local-devices.js';
import { isMadeUp } from '../engine/made-up-files.js';
import type { Served } from '../handle/served.js';
import { bareFile } from '../whole/bare-file.js';

interface Descriptor {
  readonly served: Served;
  readonly identity: Identity;
}

const descriptors = new Map<number, Descriptor>();

let stat: Statx | null = null;

/** Which file a descriptor is of. */
interface Identity {
  readonly ino: bigint;
  readonly dev: number;
}

/** @throws as fstat(2) */
function identityOf(fd: number): Identity {
  stat ??= new Statx();
  try {
    statx(fd, '', AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE | STATX_INO, stat);
  } catch {
    // A sandbox that does not know it; or EBADF, which this says again.
    const { ino, dev } = fstatSync(fd, { bigint: true });
    return { ino, dev: Number(dev) };
  }
  const dev = makedev({ major: stat.stx_dev_major, minor: stat.stx_dev_minor });
  return { ino: stat.stx_ino, dev };
}

function has(flags: unknown, bit: number, letter: string): boolean {
  if (typeof flags === 'number') return (flags & bit) !== 0;
  return typeof flags === 'string' && flags.includes(letter);
}

/** A descriptor has been opened. */
export function remember(fd: number, flags: unknown): void {
  descriptors.delete(fd);
  const engine = engineFor('auto');
  if (engine === null || !isSeekable(fd)) return;
  const { isRegular, isBlockDevice, dev } = kindOf(fd);
  if ((!isRegular && !isBlockDevice) || isMadeUp(dev)) return;
  const file = bareFile({
    fd,
    device: deviceOf(dev),
    regular: isRegular,
    direct: has(flags, constants.O_DIRECT, '\0'),
    append: has(flags, constants.O_APPEND, 'a'),
  });
  descriptors.set(fd, { served: { engine, file }, identity: identityOf(fd) });
}

/** A descriptor is being closed. */
export function forget(fd: unknown): Served | null {
  const descriptor = descriptors.get(fd as number);
  if (descriptor === undefined) return null;
  descriptors.delete(fd as number);
  descriptor.served.file.leftToNode = true;
  return descriptor.served;
}

/**
 * How the engine serves a descriptor; null where Node does.
 *
 * Others may have closed it behind our back, and its number may be another file's by now; so it is
 * looked at each time. (The same file, opened again with other flags, makes no difference: these are
 * but hints, except for O_APPEND; see {@link servedForWriting}.)
 */
export function servedDescriptor(fd: unknown): Served | null {
  const descriptor = descriptors.get(fd as number);
  if (descriptor === undefined || descriptor.served.file.leftToNode) return null;
  try {
    const { ino, dev } = identityOf(fd as number);
    const then = descriptor.identity;
    if (ino === then.ino && dev === then.dev) return descriptor.served;
  } catch {
    // EBADF: Node says so.
  }
  forget(fd);
  return null;
}

/** The same for a write. Node appends: whether a descriptor still has O_APPEND must not be guessed. */
export function servedForWriting(fd: unknown): Served | null {
  const served = servedDescriptor(fd);
  return served?.file.append === true ? null : served;
}
