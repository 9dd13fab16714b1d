import {
  Iocb,
  IocbSlab,
  IoEventArray,
  aio_context_t,
  io_destroy,
  io_getevents,
  io_getevents_ring,
  io_prep_pread,
  io_setup,
  layout,
} from 'aio-bind';
import { closeSync, constants, openSync } from 'node:fs';
import { RandomBlocks } from '../../trials/random-read/random-blocks.js';
import type {
  RandomReadWork,
  RandomReader,
  RecordLatency,
} from '../../trials/random-read/workload.js';
import { bytesOf, slotOf } from './event-words.js';
import { submitAll } from './submit-all.js';
import { HIGH, LOW } from './word-order.js';

const WORDS = layout.iocb.size / 4;
const OFFSET_LOW = layout.iocb.aio_offset / 4 + LOW;
const OFFSET_HIGH = layout.iocb.aio_offset / 4 + HIGH;

/**
 * Kernel AIO, raw: only the offsets of prepared reads change, through the slab's typed array.
 * Each batch is one system call; its completions come from the ring without any, and io_getevents
 * is called only when the ring is empty and there is nothing to submit.
 */
class SlabReader implements RandomReader {
  readonly #context = new aio_context_t();
  readonly #fd: number;
  readonly #slab: IocbSlab;
  readonly #events: IoEventArray;
  readonly #random: RandomBlocks;
  readonly #blockSize: number;
  readonly #batch: number;
  /** The slots that are not in flight: a stack. */
  readonly #idle: Uint32Array;
  #idleCount: number;
  /** The slots of the batch that goes in next. */
  readonly #slots: Uint32Array;
  readonly #lastBlock: Float64Array;
  readonly #submittedAt: Float64Array;

  constructor(work: RandomReadWork, buffers: readonly Uint8Array[]) {
    const { depth, batch, blockSize, direct } = work;
    this.#fd = openSync(work.path, constants.O_RDONLY | (direct ? constants.O_DIRECT : 0));
    io_setup(depth, this.#context);
    this.#slab = new IocbSlab(depth);
    this.#events = new IoEventArray(depth);
    this.#random = new RandomBlocks(work.seed, work.blocks);
    this.#blockSize = blockSize;
    this.#batch = batch;
    this.#idle = Uint32Array.from({ length: depth }, (_, i) => i);
    this.#idleCount = depth;
    this.#slots = new Uint32Array(batch);
    this.#lastBlock = new Float64Array(depth).fill(-1);
    this.#submittedAt = new Float64Array(depth);
    for (const [slot, buffer] of buffers.entries()) {
      const iocb = new Iocb(this.#slab, slot);
      io_prep_pread(iocb, this.#fd, buffer, blockSize, 0);
      iocb.aio_data = BigInt(slot);
    }
  }

  read(count: number, record: RecordLatency | undefined): void {
    let toSubmit = count;
    let toComplete = count;
    while (toComplete > 0) {
      const size = Math.min(this.#idleCount, this.#batch, toSubmit);
      if (size > 0) {
        this.#prepare(size, record !== undefined);
        submitAll(this.#context, size, this.#slab, this.#slots);
        toSubmit -= size;
      }
      const mayWait = toSubmit === 0 || this.#idleCount === 0;
      toComplete -= this.#collect(mayWait, record);
    }
  }

  lastBlock(buffer: number): number {
    return this.#lastBlock[buffer] ?? -1;
  }

  close(): void {
    io_destroy(this.#context);
    closeSync(this.#fd);
  }

  #prepare(size: number, timed: boolean): void {
    const words = this.#slab.u32;
    const now = timed ? performance.now() : 0;
    for (let i = 0; i < size; i++) {
      const slot = this.#idle[--this.#idleCount] ?? 0;
      const block = this.#random.next();
      const offset = block * this.#blockSize;
      words[slot * WORDS + OFFSET_LOW] = offset;
      words[slot * WORDS + OFFSET_HIGH] = offset / 2 ** 32;
      this.#slots[i] = slot;
      this.#lastBlock[slot] = block;
      if (timed) this.#submittedAt[slot] = now;
    }
  }

  #collect(mayWait: boolean, record: RecordLatency | undefined): number {
    let got = io_getevents_ring(this.#context, this.#batch, this.#events);
    if (got === 0 && mayWait) {
      got = io_getevents(this.#context, 1, this.#batch, this.#events, null);
    }
    for (let i = 0; i < got; i++) {
      const bytes = bytesOf(this.#events, i);
      if (bytes !== this.#blockSize) {
        throw new Error(`${bytes} bytes were read in place of ${this.#blockSize}`);
      }
      this.#idle[this.#idleCount++] = slotOf(this.#events, i);
    }
    if (record !== undefined) this.#recordAll(got, record);
    return got;
  }

  #recordAll(got: number, record: RecordLatency): void {
    const now = performance.now();
    for (let i = 0; i < got; i++) {
      record(now - (this.#submittedAt[slotOf(this.#events, i)] ?? now));
    }
  }
}

export function openFile(work: RandomReadWork, buffers: readonly Uint8Array[]): RandomReader {
  return new SlabReader(work, buffers);
}
