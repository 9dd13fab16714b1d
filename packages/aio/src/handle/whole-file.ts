// readFile, writeFile and appendFile of a handle: from the descriptor's position on, as Node has it.
import { READ, WRITE } from '../engine/commands.js';
import { kindOf, sizeOf } from '../engine/file-kind.js';
import { type Patience, withinOneLimit } from '../engine/give-up.js';
import type { OpenFile } from '../engine/open-file.js';
import type { Epoch } from '../engine/write-barrier.js';
import { type GivenPatience, patienceOf } from './arguments.js';
import type { Served } from './served.js';
import { startTransfer } from './transfers.js';

/** Node's own limit. */
const MAX_FILE = 2 ** 31 - 1;
/** Large enough for a submit thread; several go in parallel. */
const PIECE = 1 << 18;
const MAX_WRITE = 1 << 30;

/**
 * How long what Node does is waited for. It knows of signals itself, and takes objects for one that are of another class
 * (a polyfill's, or of another realm): those are for it to judge, and to hear.
 */
export function patienceWithNode(options: unknown): Patience {
  const { signal, timeout } = patienceOf(options);
  return (signal as unknown) instanceof AbortSignal ? { signal, timeout } : { timeout };
}

interface WholeOptions extends Patience {
  readonly encoding: BufferEncoding | null;
}

/** As Node takes one. */
function isFileMode(mode: unknown): boolean {
  if (typeof mode === 'string') return /^[0-7]+$/.test(mode);
  return Number.isInteger(mode) && (mode as number) >= 0 && (mode as number) < 2 ** 32;
}

function judge(options: unknown, defaultEncoding: BufferEncoding | null): WholeOptions | null {
  if (options === undefined || options === null) return { encoding: defaultEncoding };
  if (typeof options === 'string') {
    return Buffer.isEncoding(options) ? { encoding: options } : null;
  }
  if (typeof options !== 'object') return null;
  // Others, such as `flag`, mean nothing to a file that is open; of these Node looks at some.
  const { encoding, signal, timeout, flush, mode } = options as GivenPatience &
    Partial<Pick<WholeOptions, 'encoding'>> &
    Record<'flush' | 'mode', unknown>;
  if (typeof (flush ?? false) !== 'boolean') return null;
  if (!isFileMode(mode ?? 0)) return null;
  if (encoding !== undefined && encoding !== null && !Buffer.isEncoding(encoding)) return null;
  if (signal !== undefined && !(signal instanceof AbortSignal)) return null;
  return { encoding: encoding ?? defaultEncoding, signal, timeout: timeout ?? undefined };
}

/** The options of writeFile; null where Node is to judge them, as its version has it. */
export function wholeOptions(
  options: unknown,
  defaultEncoding: BufferEncoding | null,
): WholeOptions | null {
  try {
    return judge(options, defaultEncoding);
  } catch {
    // A getter of the caller's: Node hears of it, too.
    return null;
  }
}

/** Those of readFile. Memory of the caller's own is for Node, in versions that know of it. */
export function wholeReadOptions(options: unknown): WholeOptions | null {
  const wanted = wholeOptions(options, null);
  return (Object(options) as { readonly buffer?: unknown }).buffer === undefined ? wanted : null;
}

async function readAt(
  { engine, file }: Served,
  view: Buffer,
  position: number,
  patience: Patience,
): Promise<number> {
  const wanted = { view, offset: 0, length: view.length, position, ...patience };
  const { bytesRead } = await startTransfer<{ bytesRead: number }>(
    engine,
    file,
    READ,
    wanted,
    position,
  );
  return bytesRead;
}

/** Fills the view, unless the file ends: an error behind some bytes comes when the rest is asked for. */
async function readFull(
  served: Served,
  view: Buffer,
  position: number,
  patience: Patience,
): Promise<number> {
  let done = 0;
  while (done < view.length) {
    const rest = done === 0 ? view : view.subarray(done);
    const count = await readAt(served, rest, position + done, patience);
    if (count === 0) break;
    done += count;
  }
  return done;
}

async function readKnown(
  served: Served,
  position: number,
  size: number,
  patience: Patience,
): Promise<Buffer> {
  const whole = Buffer.allocUnsafeSlow(size);
  if (size <= PIECE) {
    const count = await readFull(served, whole, position, patience);
    return count === size ? whole : whole.subarray(0, count);
  }
  const pieces: Promise<number>[] = [];
  for (let at = 0; at < size; at += PIECE) {
    pieces.push(readFull(served, whole.subarray(at, at + PIECE), position + at, patience));
  }
  const counts = await Promise.all(pieces);
  // Shorter where the file was cut off meanwhile.
  const cut = counts.findIndex((count, index) => count < Math.min(PIECE, size - index * PIECE));
  return cut === -1 ? whole : whole.subarray(0, cut * PIECE + (counts[cut] ?? 0));
}

/** A file that does not say how large it is, or has grown since it was asked. */
async function readUnknown(served: Served, position: number, patience: Patience): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (let total = 0; ;) {
    const piece = Buffer.allocUnsafeSlow(PIECE >> 2);
    const count = await readAt(served, piece, position + total, patience);
    if (count === 0) return Buffer.concat(pieces);
    pieces.push(piece.subarray(0, count));
    total += count;
  }
}

/** Whether readFile can be done here; Node refuses what is too large. */
export function isReadable(file: OpenFile): boolean {
  return kindOf(file.fd).size <= MAX_FILE;
}

/**
 * From a position on.
 *
 * @param size - of the file, as it was just now
 */
export function readFrom(
  served: Served,
  position: number,
  size: number,
  patience: Patience,
): Promise<Buffer> {
  return size > position
    ? readKnown(served, position, size - position, patience)
    : readUnknown(served, position, patience);
}

export function readWhole(served: Served, patience: Patience): Promise<Buffer> {
  const { file } = served;
  return withinOneLimit(patience, (shared) =>
    file.position.read(
      async (position) => readFrom(served, position, await sizeOf(file), shared),
      (bytes) => bytes.length,
      shared,
    ),
  );
}

/** How far a write has come, which one that fails does not say otherwise. */
interface Progress {
  bytesWritten: number;
}

async function writeAt(
  { engine, file }: Served,
  view: Uint8Array,
  whole: number,
  position: number,
  patience: Patience,
  epoch: Epoch,
  progress: Progress,
): Promise<void> {
  while (progress.bytesWritten < whole) {
    const done = progress.bytesWritten;
    const length = Math.min(whole - done, MAX_WRITE);
    const wanted = { view, offset: done, length, position, ...patience };
    const { bytesWritten } = await startTransfer<Progress>(
      engine,
      file,
      WRITE,
      wanted,
      position + done,
      epoch,
    );
    progress.bytesWritten += bytesWritten;
  }
}

export async function writeWhole(
  served: Served,
  bytes: Uint8Array,
  patience: Patience,
): Promise<void> {
  const { file } = served;
  const progress: Progress = { bytesWritten: 0 };
  // At the call: the memory may go while it waits for its turn, which is no reason to write less and say nothing.
  const whole = bytes.byteLength;
  await withinOneLimit(patience, (shared) =>
    file.position.write(
      whole,
      (position, _, epoch) => writeAt(served, bytes, whole, position, shared, epoch, progress),
      () => progress.bytesWritten,
      shared,
    ),
  );
}

/** What is written for a string or a view; null for what Node is to judge, or to iterate. */
export function wholeBytes(data: unknown, encoding: BufferEncoding): Uint8Array | null {
  if (typeof data === 'string') return Buffer.from(data, encoding);
  if (!ArrayBuffer.isView(data)) return null;
  try {
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  } catch {
    return null; // detached
  }
}
