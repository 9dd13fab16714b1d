// Transfers that are not aligned, by way of memory that is. A piece that has begun goes on when its
// caller gives up: its memory is the pool's, and goes back there when the kernel is done with it; no
// piece is begun after that, and the caller's buffer is not touched any more.
import type { Carrier } from '../engine/carrier.js';
import { READ, WRITE } from '../engine/commands.js';
import type { OpenFile } from '../engine/open-file.js';
import type { Command, Operation } from '../engine/operation.js';
import { startTransfer } from '../handle/transfers.js';
import type { DirectAlignment } from './alignment.js';
import { bounceMemory } from './bounce-memory.js';
import { Scattered } from './scattered.js';

/** In bytes: so much memory one transfer takes at a time, however long it is. */
const PIECE = 1 << 20;

/** What a bounced transfer goes through. */
export interface Way {
  readonly engine: Carrier;
  readonly file: OpenFile;
  readonly alignment: DirectAlignment;
}

function floor(position: number, unit: number): number {
  return position - (position % unit);
}

function ceil(position: number, unit: number): number {
  return floor(position + unit - 1, unit);
}

/** A transfer of aligned memory at an aligned range. */
async function transferPiece(
  { engine, file }: Way,
  command: Command,
  view: Buffer,
  position: number,
): Promise<number> {
  const wanted = { view, offset: 0, length: view.length, position };
  const { bytesRead, bytesWritten } = await startTransfer<Record<string, number | undefined>>(
    engine,
    file,
    command,
    wanted,
    position,
  );
  return bytesRead ?? bytesWritten ?? 0;
}

/**
 * One piece after the other, until one is short.
 *
 * @param piece - transfers as much as it can of what begins `done` bytes on, by a block of memory that is lent for
 *   it; says how much that was, and whether that was all there is
 */
async function inPieces(
  operation: Operation,
  { alignment }: Way,
  piece: (block: Buffer, done: number) => Promise<{ count: number; isLast: boolean }>,
): Promise<number> {
  const { offset, bytes } = operation;
  const unit = alignment.offset;
  const most = Math.max(ceil(PIECE, unit), unit);
  let done = 0;
  try {
    while (done < bytes) {
      const from = floor(offset + done, unit);
      const length = Math.min(ceil(offset + bytes, unit) - from, most);
      const block = await bounceMemory.lend(length, alignment.memory);
      try {
        if (!operation.isHeard) break;
        const { count, isLast } = await piece(block.subarray(0, length), done);
        done += count;
        if (isLast) break;
      } finally {
        bounceMemory.giveBack(block, alignment.memory);
      }
    }
  } catch (error) {
    // Behind bytes that were transferred it comes with the next call, as in read(2).
    if (done === 0) throw error;
  }
  return done;
}

/** Reads the aligned range around the one that is wanted. @returns bytes, fewer only where the file ends */
export function bouncedRead(operation: Operation, way: Way): Promise<number> {
  const { offset, bytes } = operation;
  const memory = new Scattered(operation);
  return inPieces(operation, way, async (block, done) => {
    const position = offset + done;
    const from = floor(position, way.alignment.offset);
    const arrived = await transferPiece(way, READ, block, from);
    const wanted = block.subarray(
      position - from,
      Math.min(arrived, position - from + bytes - done),
    );
    if (operation.isHeard) memory.copyFrom(wanted, done);
    return { count: wanted.length, isLast: arrived < block.length };
  });
}

/** Writes a range that is aligned, from memory that is not. @returns bytes */
export function bouncedWrite(operation: Operation, way: Way): Promise<number> {
  const { offset } = operation;
  const memory = new Scattered(operation);
  return inPieces(operation, way, async (block, done) => {
    memory.copyTo(block, done);
    const count = await transferPiece(way, WRITE, block, offset + done);
    return { count, isLast: count < block.length };
  });
}
