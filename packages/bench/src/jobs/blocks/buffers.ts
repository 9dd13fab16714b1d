import { allocAligned } from 'aio-bind';
import type { BlocksWork } from './work.js';

/** One for each operation in flight, aligned for direct I/O, each with a filling of its own. */
export function makeBuffers({ depth, blockSize }: BlocksWork): readonly Uint8Array[] {
  const memory = allocAligned(depth * blockSize);
  return Array.from({ length: depth }, (_, i) =>
    memory.subarray(i * blockSize, (i + 1) * blockSize).fill(i + 1),
  );
}
