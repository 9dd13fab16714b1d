import { close } from 'aio-bind';
import { engineFor } from '../backend.js';
import { BUFFERED_READ, deviceOf } from '../engine/device.js';
import type { Engine } from '../engine/engine.js';
import { readFrom } from '../handle/whole-file.js';
import { bareFile } from './bare-file.js';
import { makedev } from '../engine/local-devices.js';
import { type Opened, openCached } from './open-cached.js';
import { neverAtOnce, tryAtOnce } from './read-at-once.js';

/** Node's own limit. */
const MAX_FILE = 2 ** 31 - 1;

/** Descriptors that are open here at once; beyond that a thread of Node's opens them one by one. */
const MOST_OPEN = 256;
let open = 0;

async function readAndClose(engine: Engine, { fd, size, device }: Opened): Promise<Buffer> {
  const known = deviceOf(makedev(device));
  const file = bareFile({ fd, device: known, direct: false, append: false, regular: true });
  open++;
  try {
    // Nobody else has the descriptor, which is where it begins.
    return await readFrom({ engine, file }, 0, size, {});
  } finally {
    if ((known.refusesNowait & BUFFERED_READ) !== 0) neverAtOnce(device);
    else tryAtOnce(device);
    file.whenIdle(() => {
      close(fd);
      open--;
    });
  }
}

/**
 * Reads a file that has to be waited for, but can be opened at once.
 *
 * @param isOrdinary - it was found to be one just now
 * @returns null where Node is to open it, or to refuse it
 */
export function readByEngine(
  path: string | Uint8Array,
  isOrdinary: boolean,
): Promise<Buffer> | null {
  const engine = open < MOST_OPEN ? engineFor('auto') : null;
  const opened = engine && openCached(path, isOrdinary);
  if (engine === null || opened === null) return null;
  if (opened.size <= MAX_FILE) return readAndClose(engine, opened);
  close(opened.fd);
  return null;
}
