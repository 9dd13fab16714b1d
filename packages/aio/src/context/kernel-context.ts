import { constants } from 'node:os';
import {
  Iocb,
  IoEventArray,
  IocbSlab,
  type Timespec,
  aio_context_t,
  io_cancel,
  io_destroy,
  io_getevents,
  io_getevents_ring,
  io_setup,
  io_submit,
  layout,
} from 'aio-bind';
import { eventResult, eventSlot } from '../engine/iocb-words.js';
import type { AioOperation } from '../operations/operation.js';
import { fillSlot } from '../operations/operation-base.js';

const { EINTR, EINVAL } = constants.errno;

/** How many events are collected by one call. */
const EVENTS = 256;

/** Is given each completion. */
export type Sink = (operation: AioOperation, result: number, result2: number) => void;

/**
 * A context of the kernel's and the slots of the operations that it has: one for each that may be in
 * flight, so that no operation needs memory of its own that the kernel reads.
 *
 * While a slot is in flight, the slab keeps the operation, and that its memory and its file.
 */
export class KernelContext {
  /** How many operations may be in flight. */
  readonly size: number;
  readonly #ctx = new aio_context_t();
  readonly #slab: IocbSlab;
  readonly #events: IoEventArray;
  readonly #operations: (AioOperation | null)[];
  /** A stack. */
  readonly #free: Uint32Array;
  #freeCount: number;
  /** For io_submit(2). */
  readonly #slots: Uint32Array;

  /** @throws what io_setup(2) fails with */
  constructor(size: number) {
    io_setup(size, this.#ctx);
    this.size = size;
    this.#slab = new IocbSlab(size);
    this.#events = new IoEventArray(Math.min(size, EVENTS));
    this.#operations = new Array<AioOperation | null>(size).fill(null);
    this.#free = Uint32Array.from({ length: size }, (_, index) => size - 1 - index);
    this.#freeCount = size;
    this.#slots = new Uint32Array(size);
  }

  get inFlight(): number {
    return this.size - this.#freeCount;
  }

  get room(): number {
    return this.#freeCount;
  }

  /**
   * Submits operations for which there is room, and of which all is in order.
   *
   * @param eventfd - for those that have none of their own
   * @returns how many the kernel took, from the first on
   * @throws what is wrong with the first
   */
  submit(operations: readonly AioOperation[], eventfd: number): number {
    for (let index = 0; index < operations.length; index++) {
      const operation = operations[index]!;
      const slot = this.#free[--this.#freeCount] ?? 0;
      this.#slots[index] = slot;
      this.#operations[slot] = operation;
      this.#slab.keep(slot, operation);
      fillSlot(operation, this.#slab.u32, slot, eventfd);
    }
    let taken = 0;
    try {
      taken = io_submit(this.#ctx, operations.length, this.#slab, this.#slots);
      return taken;
    } finally {
      for (let i = operations.length - 1; i >= taken; i--) this.#release(this.#slots[i]!);
    }
  }

  /** Collects what has completed, without waiting and without a system call. */
  collect(sink: Sink): void {
    let count: number;
    do {
      count =
        this.inFlight === 0 ? 0 : io_getevents_ring(this.#ctx, this.#events.length, this.#events);
      this.#give(count, sink);
    } while (count === this.#events.length);
  }

  /**
   * Waits, blocking, until `min` have completed, or one if that is more than can be collected at once, or
   * until the time has passed, or a signal has come. Collects what has completed.
   */
  wait(min: number, timeout: Timespec | null, sink: Sink): void {
    const { length } = this.#events;
    let count = 0;
    try {
      count = io_getevents(this.#ctx, Math.min(min, length), length, this.#events, timeout);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).errno !== -EINTR) throw error;
    }
    this.#give(count, sink);
  }

  /**
   * Has the kernel cancel an operation, whose event will come, with the result 0.
   *
   * @returns false where it cannot be cancelled, or has completed
   */
  cancel(operation: AioOperation): boolean {
    const slot = this.#operations.indexOf(operation);
    if (slot === -1) return false;
    try {
      io_cancel(this.#ctx, new Iocb(this.#slab, slot), null);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).errno === -EINVAL) return false;
      throw error;
    }
  }

  /** What is in flight. */
  operations(): AioOperation[] {
    return this.#operations.filter((operation) => operation !== null);
  }

  /** Blocks for some 30 ms, and until everything in flight has ended. */
  destroy(): void {
    io_destroy(this.#ctx);
  }

  #release(slot: number): void {
    this.#operations[slot] = null;
    this.#slab.keep(slot, null);
    this.#free[this.#freeCount++] = slot;
  }

  #give(count: number, sink: Sink): void {
    const { u32, i32, i64 } = this.#events;
    for (let i = 0; i < count; i++) {
      const slot = u32[eventSlot(i)] ?? -1;
      const operation = this.#operations[slot];
      if (operation == null) continue;
      const result = i32[eventResult(i)] ?? 0;
      const result2 = Number(i64[(i * layout.io_event.size + layout.io_event.res2) / 8]);
      this.#release(slot);
      sink(operation, result, result2);
    }
  }
}
