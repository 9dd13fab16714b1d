import { constants } from 'node:fs';
import { type FileHandle, open as nodeOpen } from 'node:fs/promises';
import { constants as osConstants } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { AioFileHandle } from '../aio-file-handle.js';
import type { Carrier } from '../engine/carrier.js';
import { kindOf } from '../engine/file-kind.js';
import { adopt } from '../handle/adopt.js';
import type { FileHandleClass } from '../handle/file-handle.js';
import { alignmentOf } from './alignment.js';
import { BufferedDescriptor } from './buffered-descriptor.js';
import { directClassFor } from './direct-file-handle.js';
import { DirectEngine } from './direct-engine.js';
import { numericFlags } from './numeric-flags.js';

type Path = Parameters<typeof nodeOpen>[0];

const NO_DIRECT_IO = 'this file or its file system has no direct I/O: open it without `direct`';
const WRONG_KIND = 'only regular files and block devices have direct I/O: open it without `direct`';

/** Node's EINVAL, which also says what to do. */
function refusal(path: Path, why: string): NodeJS.ErrnoException {
  const text = path instanceof URL ? fileURLToPath(path) : String(path);
  return Object.assign(new Error(`EINVAL: invalid argument, open '${text}' (${why})`), {
    errno: -osConstants.errno.EINVAL,
    code: 'EINVAL',
    syscall: 'open',
    path: text,
  });
}

async function openByNode(
  path: Path,
  flags: number,
  mode: number | string | undefined,
): Promise<FileHandle> {
  try {
    return await nodeOpen(path, flags | constants.O_DIRECT, mode);
  } catch (error) {
    // open(2) has other reasons for it, but none that Node's flags give.
    if ((error as NodeJS.ErrnoException).code === 'EINVAL') throw refusal(path, NO_DIRECT_IO);
    throw error;
  }
}

/** The handle's second descriptor goes with it. */
function closeBoth(handle: FileHandle, buffered: BufferedDescriptor): void {
  const closeFirst = handle.close.bind(handle);
  const close = async (): Promise<void> => {
    // Waits for what is under way, and so for a second descriptor that is being opened.
    try {
      await closeFirst();
    } finally {
      await buffered.close();
    }
  };
  Object.defineProperty(handle, 'close', {
    ...Object.getOwnPropertyDescriptor(handle, 'close'),
    value: close,
  });
}

function adoptDirect(
  handle: FileHandle,
  path: Path,
  flags: number,
  engine: Carrier,
): AioFileHandle {
  const { isRegular, isBlockDevice } = kindOf(handle.fd);
  if (!isRegular && !isBlockDevice) throw refusal(path, WRONG_KIND);
  const alignment = alignmentOf(handle.fd);
  if (alignment === null) throw refusal(path, NO_DIRECT_IO);
  const buffered = new BufferedDescriptor(flags);
  const ours = adopt(
    handle,
    engine,
    flags | constants.O_DIRECT,
    (shared, file) => new DirectEngine(shared, file, alignment, buffered),
  );
  closeBoth(ours, buffered);
  Object.setPrototypeOf(
    ours,
    directClassFor(ours.constructor as unknown as FileHandleClass).prototype,
  );
  Object.defineProperty(ours, 'directAlignment', {
    value: Object.freeze(alignment),
    enumerable: true,
  });
  return ours;
}

/**
 * Opens a file for direct I/O that takes transfers of any alignment.
 *
 * @param flags - as Node's
 * @throws EINVAL - there is no direct I/O for this file
 */
export async function openDirect(
  path: Path,
  flags: string | number,
  mode: number | string | undefined,
  engine: Carrier,
): Promise<AioFileHandle> {
  const numeric = numericFlags(flags);
  // Node says what is wrong with them.
  if (numeric === null) return (await nodeOpen(path, flags, mode)) as AioFileHandle;
  const handle = await openByNode(path, numeric, mode);
  try {
    return adoptDirect(handle, path, numeric, engine);
  } catch (error) {
    await handle.close();
    throw error;
  }
}
