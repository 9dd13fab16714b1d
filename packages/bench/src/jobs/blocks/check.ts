import { closeSync, openSync, readSync } from 'node:fs';
import { contentMatches } from '../../files/content.js';
import type { Blocks, BlocksWork } from './work.js';

/** What a buffer says of itself when it is written: the block that it was written to. */
export const STAMP_BYTES = 8;

/** Marks a buffer with the block that it is about to be written to. */
export function stamp(buffer: Uint8Array, block: number): void {
  buffer[0] = block;
  buffer[1] = block >>> 8;
  buffer[2] = block >>> 16;
  buffer[3] = block >>> 24;
  buffer[4] = ~block;
  buffer[5] = ~block >>> 8;
  buffer[6] = ~block >>> 16;
  buffer[7] = ~block >>> 24;
}

function readBack({ paths, blockSize, blocksPerFile }: BlocksWork, block: number): Uint8Array {
  const found = new Uint8Array(blockSize);
  const file = Math.floor(block / blocksPerFile);
  const fd = openSync(paths[file] ?? '', 'r');
  try {
    readSync(fd, found, 0, blockSize, (block - file * blocksPerFile) * blockSize);
  } finally {
    closeSync(fd);
  }
  return found;
}

function isWritten(found: Uint8Array, block: number, buffers: readonly Uint8Array[]): boolean {
  const expected = new Uint8Array(STAMP_BYTES);
  stamp(expected, block);
  if (!expected.every((byte, i) => found[i] === byte)) return false;
  // Which buffer was there last is not known, only that it was one of them, and whole.
  const rest = Buffer.from(found.buffer, STAMP_BYTES);
  return buffers.some((buffer) => rest.equals(buffer.subarray(STAMP_BYTES)));
}

/** Compares every buffer with what its file holds at the place that was transferred last. */
export function checkBlocks(
  blocks: Blocks,
  buffers: readonly Uint8Array[],
  work: BlocksWork,
): void {
  for (const [i, buffer] of buffers.entries()) {
    const block = blocks.lastBlock(i);
    if (block < 0) continue;
    if (work.write) {
      if (!isWritten(readBack(work, block), block, buffers)) {
        throw new Error(`wrong bytes were written to block ${block}`);
      }
    } else if (!contentMatches(buffer, block * work.blockSize)) {
      throw new Error(`wrong bytes were read from block ${block}`);
    }
  }
}
