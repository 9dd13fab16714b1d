import { open, type AioFileHandle, type ManyRanges, type ManyResult } from 'aio';
import { stamp } from '../../jobs/blocks/check.js';
import { Places } from '../../jobs/blocks/places.js';
import type { Blocks, BlocksWork } from '../../jobs/blocks/work.js';
import type { RecordLatency } from '../../measure/warm-up.js';
import { lengthError, openFlags } from '../promise-blocks.js';

/** What goes in with one call: buffers that follow each other, and where each of them is used. */
class Batch {
  readonly first: number;
  readonly ranges: ManyRanges & { readonly positions: Float64Array };

  constructor(first: number, buffers: readonly Uint8Array[], blockSize: number) {
    const [from] = buffers;
    if (from === undefined) throw new RangeError('a batch has one buffer at least');
    this.first = first;
    this.ranges = {
      buffer: new Uint8Array(from.buffer, from.byteOffset, buffers.length * blockSize),
      positions: new Float64Array(buffers.length),
      lengths: blockSize,
    };
  }

  /** The same with the first few of its places, for what is left at the end. */
  shortened(count: number): ManyRanges {
    return { ...this.ranges, positions: this.ranges.positions.subarray(0, count) };
  }
}

/** `handle.readMany` and `writeMany`: one call and one promise for a batch, as many as fill the depth. */
class ManyBlocks implements Blocks {
  readonly #handle: AioFileHandle;
  readonly #work: BlocksWork;
  readonly #buffers: readonly Uint8Array[];
  readonly #batches: readonly Batch[];
  readonly #places: Places;
  readonly #last: Float64Array;
  #left = 0;

  constructor(handle: AioFileHandle, work: BlocksWork, buffers: readonly Uint8Array[]) {
    this.#handle = handle;
    this.#work = work;
    this.#buffers = buffers;
    this.#batches = Array.from({ length: Math.ceil(buffers.length / work.batch) }, (_, i) => {
      const first = i * work.batch;
      return new Batch(first, buffers.slice(first, first + work.batch), work.blockSize);
    });
    this.#places = new Places(work);
    this.#last = new Float64Array(buffers.length).fill(-1);
  }

  async transfer(count: number, record: RecordLatency | undefined): Promise<void> {
    this.#left = count;
    await Promise.all(this.#batches.map((batch) => this.#transferOn(batch, record)));
  }

  lastBlock(buffer: number): number {
    return this.#last[buffer] ?? -1;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  async #transferOn(batch: Batch, record: RecordLatency | undefined): Promise<void> {
    const { write } = this.#work;
    while (this.#left > 0) {
      const ranges = this.#prepare(batch);
      const from = record === undefined ? 0 : performance.now();
      const done = write ? this.#handle.writeMany(ranges) : this.#handle.readMany(ranges);
      const result = await done;
      const count = ranges.positions.length;
      this.#check(result, count);
      if (record === undefined) continue;
      const took = performance.now() - from;
      for (let i = 0; i < count; i++) record(took);
    }
  }

  #prepare(batch: Batch): ManyRanges {
    const { positions } = batch.ranges;
    const count = Math.min(positions.length, this.#left);
    this.#left -= count;
    for (let i = 0; i < count; i++) {
      this.#places.next();
      positions[i] = this.#places.position;
      this.#last[batch.first + i] = this.#places.block;
      if (this.#work.write) stamp(this.#buffers[batch.first + i]!, this.#places.block);
    }
    return count === positions.length ? batch.ranges : batch.shortened(count);
  }

  #check(result: ManyResult, count: number): void {
    // No range transfers more than it is asked to, so all did.
    if (result.bytes === count * this.#work.blockSize) return;
    for (const bytes of result.results) {
      if (bytes !== this.#work.blockSize) {
        result.orThrow();
        throw lengthError(bytes, this.#work);
      }
    }
  }
}

export async function openBlocks(
  work: BlocksWork,
  buffers: readonly Uint8Array[],
): Promise<Blocks> {
  const [path, ...others] = work.paths;
  if (path === undefined || others.length > 0) throw new Error('readMany is of one file');
  return new ManyBlocks(await open(path, openFlags(work), { backend: 'kernel' }), work, buffers);
}
