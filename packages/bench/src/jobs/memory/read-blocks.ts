import { allocAligned } from 'aio-bind';
import { contentMatches } from '../../files/content.js';
import { RandomBlocks } from '../blocks/random-blocks.js';
import type { ReadHandle } from './work.js';

export const BLOCK = 4096;
const SEED = 7;

/** Random reads of 4 KiB through one handle, with so many in flight; the last of them are checked. */
export class BlockReads {
  readonly #handle: ReadHandle;
  readonly #order: RandomBlocks;
  readonly #buffers: readonly Uint8Array[];
  readonly #last: Float64Array;
  #left = 0;

  constructor(handle: ReadHandle, size: number, depth: number) {
    this.#handle = handle;
    this.#order = new RandomBlocks(SEED, Math.floor(size / BLOCK));
    const memory = allocAligned(depth * BLOCK);
    this.#buffers = Array.from({ length: depth }, (_, i) =>
      memory.subarray(i * BLOCK, (i + 1) * BLOCK),
    );
    this.#last = new Float64Array(depth).fill(-1);
  }

  /** Starts one read for each buffer, and does not wait. */
  start(): readonly Promise<unknown>[] {
    return this.#buffers.map((buffer, index) => this.#read(buffer, index));
  }

  async make(count: number): Promise<void> {
    this.#left = count;
    await Promise.all(this.#buffers.map((buffer, index) => this.#lane(buffer, index)));
  }

  check(): void {
    for (const [index, buffer] of this.#buffers.entries()) {
      const position = this.#last[index]!;
      if (position >= 0 && !contentMatches(buffer, position)) {
        throw new Error(`wrong bytes were read from offset ${position}`);
      }
    }
  }

  #read(buffer: Uint8Array, index: number): Promise<{ readonly bytesRead: number }> {
    const position = this.#order.next() * BLOCK;
    this.#last[index] = position;
    return this.#handle.read(buffer, 0, BLOCK, position);
  }

  async #lane(buffer: Uint8Array, index: number): Promise<void> {
    while (this.#left-- > 0) {
      const { bytesRead } = await this.#read(buffer, index);
      if (bytesRead !== BLOCK) throw new Error(`${bytesRead} bytes were read in place of ${BLOCK}`);
    }
  }
}
