import { allocAligned } from 'aio-bind';
import { STAMP_BYTES } from './check.js';
import type { BlocksWork } from './work.js';

/**
 * One for each operation in flight, one behind the other, aligned for direct I/O where nothing else is said, each with a
 * filling of its own; it names this process too, since others write to the same file.
 */
export function makeBuffers({
  depth,
  blockSize,
  memoryOffset = 0,
}: BlocksWork): readonly Uint8Array[] {
  const memory = allocAligned(memoryOffset + depth * blockSize).subarray(memoryOffset);
  return Array.from({ length: depth }, (_, i) => {
    const buffer = memory.subarray(i * blockSize, (i + 1) * blockSize).fill(i + 1);
    new DataView(buffer.buffer, buffer.byteOffset).setUint32(STAMP_BYTES, process.pid);
    return buffer;
  });
}
