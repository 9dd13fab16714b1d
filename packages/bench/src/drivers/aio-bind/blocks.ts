import {
  Iocb,
  IocbSlab,
  IoEventArray,
  aio_context_t,
  io_destroy,
  io_getevents,
  io_getevents_ring,
  io_prep_pread,
  io_prep_pwrite,
  io_setup,
  layout,
} from 'aio-bind';
import { closeSync, openSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { stamp } from '../../jobs/blocks/check.js';
import { Places } from '../../jobs/blocks/places.js';
import type { Blocks, BlocksWork } from '../../jobs/blocks/work.js';
import type { RecordLatency } from '../../measure/warm-up.js';
import { lengthError, openFlags } from '../promise-blocks.js';
import { bytesOf, slotOf } from './event-words.js';
import { submitAll } from './submit-all.js';
import { HIGH, LOW } from './word-order.js';

const WORDS = layout.iocb.size / 4;
const OFFSET_LOW = layout.iocb.aio_offset / 4 + LOW;
const OFFSET_HIGH = layout.iocb.aio_offset / 4 + HIGH;
const FILDES = layout.iocb.aio_fildes / 4;

/**
 * Kernel AIO, raw: only the offsets of prepared transfers change, through the slab's typed array.
 * Each batch is one system call; its completions come from the ring without any, and io_getevents
 * is called only when the ring is empty and there is nothing to submit.
 */
class SlabBlocks implements Blocks {
  readonly #context = new aio_context_t();
  readonly #fds: readonly number[];
  readonly #slab: IocbSlab;
  readonly #events: IoEventArray;
  readonly #places: Places;
  readonly #work: BlocksWork;
  readonly #batch: number;
  readonly #buffers: readonly Uint8Array[];
  /** The slots that are not in flight: a stack. */
  readonly #idle: Uint32Array;
  #idleCount: number;
  /** The slots of the batch that goes in next. */
  readonly #slots: Uint32Array;
  readonly #lastBlock: Float64Array;
  readonly #submittedAt: Float64Array;

  constructor(work: BlocksWork, buffers: readonly Uint8Array[]) {
    const { depth, batch, blockSize, write } = work;
    this.#fds = work.paths.map((path) => openSync(path, openFlags(work)));
    io_setup(depth, this.#context);
    this.#slab = new IocbSlab(depth);
    this.#events = new IoEventArray(depth);
    this.#places = new Places(work);
    this.#work = work;
    this.#batch = batch;
    this.#buffers = buffers;
    this.#idle = Uint32Array.from({ length: depth }, (_, i) => i);
    this.#idleCount = depth;
    this.#slots = new Uint32Array(batch);
    this.#lastBlock = new Float64Array(depth).fill(-1);
    this.#submittedAt = new Float64Array(depth);
    const prepare = write ? io_prep_pwrite : io_prep_pread;
    for (const [slot, buffer] of buffers.entries()) {
      const iocb = new Iocb(this.#slab, slot);
      prepare(iocb, this.#fds[0] ?? -1, buffer, blockSize, 0);
      iocb.aio_data = BigInt(slot);
    }
  }

  transfer(count: number, record: RecordLatency | undefined): void | Promise<void> {
    if (this.#work.watchLoop) return this.#transferInTurns(count, record);
    let toSubmit = count;
    let toComplete = count;
    while (toComplete > 0) {
      toSubmit -= this.#submit(toSubmit, record !== undefined);
      const mayWait = toSubmit === 0 || this.#idleCount === 0;
      toComplete -= this.#collect(mayWait, record);
    }
  }

  /** As a program would that submits on its event loop: the loop gets its turn after each batch. */
  async #transferInTurns(count: number, record: RecordLatency | undefined): Promise<void> {
    let toSubmit = count;
    let toComplete = count;
    while (toComplete > 0) {
      toSubmit -= this.#submit(toSubmit, record !== undefined);
      toComplete -= this.#collect(false, record);
      await nextTurn();
    }
  }

  #submit(atMost: number, timed: boolean): number {
    const size = Math.min(this.#idleCount, this.#batch, atMost);
    if (size > 0) {
      this.#prepare(size, timed);
      submitAll(this.#context, size, this.#slab, this.#slots);
    }
    return size;
  }

  lastBlock(buffer: number): number {
    return this.#lastBlock[buffer] ?? -1;
  }

  close(): void {
    io_destroy(this.#context);
    for (const fd of this.#fds) closeSync(fd);
  }

  #prepare(size: number, timed: boolean): void {
    const words = this.#slab.u32;
    const places = this.#places;
    const isOneFile = this.#fds.length === 1;
    const now = timed ? performance.now() : 0;
    for (let i = 0; i < size; i++) {
      const slot = this.#idle[--this.#idleCount] ?? 0;
      places.next();
      words[slot * WORDS + OFFSET_LOW] = places.position;
      words[slot * WORDS + OFFSET_HIGH] = places.position / 2 ** 32;
      if (!isOneFile) words[slot * WORDS + FILDES] = this.#fds[places.file] ?? -1;
      if (this.#work.write) stamp(this.#buffers[slot]!, places.block);
      this.#slots[i] = slot;
      this.#lastBlock[slot] = places.block;
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
      if (bytes !== this.#work.blockSize) throw lengthError(bytes, this.#work);
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

export function openBlocks(work: BlocksWork, buffers: readonly Uint8Array[]): Blocks {
  return new SlabBlocks(work, buffers);
}
