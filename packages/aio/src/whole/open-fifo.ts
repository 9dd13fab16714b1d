import { constants } from 'node:os';
import { POLLIN, close, errnoError, try_preadv2 } from 'aio-bind';
import { setTimeout } from '../engine/own-timers.js';
import { poll } from '../poll/poll.js';

const { EAGAIN } = constants.errno;

/** How many may be open here at once; whoever comes beyond that waits in Node's pool, which has four open. */
const MOST_OPEN = 16;
let open = 0;

/** As much as a pipe holds unless told otherwise. */
const PIECE = 1 << 16;
let piece: Buffer | null = null;

/** In ms: after so long one is looked at that cannot be polled. */
const PAUSE = 10;

/** Whether one more may be opened, in case that a path leads to one. */
export function hasRoomForFifo(): boolean {
  return open < MOST_OPEN;
}

/**
 * Waits until there is something to read, or the writers have gone.
 *
 * @returns whether that is so: where the machine has no room for one more poll (aio-max-nr), only time has passed
 */
async function awaitReadable(fd: number): Promise<boolean> {
  try {
    await poll(fd, POLLIN);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).errno !== -EAGAIN) throw error;
    await new Promise((resolve) => {
      setTimeout(resolve, PAUSE);
    });
    return false;
  }
}

async function readAll(fd: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let hasWriter = false;
  for (;;) {
    if (await awaitReadable(fd)) hasWriter = true;
    // Nobody else uses it: it is read into and copied from at once.
    piece ??= Buffer.allocUnsafeSlow(PIECE);
    const count = try_preadv2(fd, piece, piece.length, -1, 0);
    if (count < 0 && count !== -EAGAIN) throw errnoError(count, 'read');
    // The end is told of one to which no writer has come yet, too.
    if (count === 0 && hasWriter) return Buffer.concat(chunks);
    if (count !== 0) hasWriter = true;
    if (count > 0) chunks.push(Buffer.from(piece.subarray(0, count)));
  }
}

/**
 * Reads a FIFO that is open, for which there was room, until its writers have gone; where none has come yet it waits
 * for the first. It does not block: no thread waits, where Node's `readFile` has one do so.
 *
 * @param fd - which the environment owns, as `read_cached_on_mount` left it; closed in the end
 */
export async function readOpenFifo(fd: number): Promise<Buffer> {
  open++;
  try {
    return await readAll(fd);
  } finally {
    close(fd);
    open--;
  }
}
