import { constants } from 'node:os';
import {
  Iocb,
  IoEventArray,
  IocbSlab,
  type Timespec,
  aio_context_t,
  io_cancel,
  io_destroy,
  io_destroy_later,
  io_getevents,
  io_getevents_ring,
  io_setup,
  io_submit,
  layout,
} from 'aio-bind';
import { HIGH, LOW, inWords } from '../engine/iocb-layout.js';
import { EVENT_WORDS, eventResult, eventSlot } from '../engine/iocb-words.js';
import type { OperationState } from '../operations/operation-state.js';
import { OperationSlots } from './operation-slots.js';

const { EINTR, EINVAL } = constants.errno;

/** How many events are collected by one call. */
const EVENTS = 256;

/** One after another: each takes a thread of Node's pool for 30 ms, and many would take all that there are. */
let lastDestroyed: Promise<void> = Promise.resolve();

/** Is given each completion. */
export type Sink = (state: OperationState, result: number, result2: number) => void;

/** Where the second result of an event is, in 32-bit words. */
const RES2 = inWords(layout.io_event.res2, 4);

/**
 * A context of the kernel's and the slots of the operations that it has: one for each that may be in
 * flight, so that no operation needs memory of its own that the kernel reads.
 *
 * While anything is in flight, the slab keeps this, and so the operations, their memory and their files.
 */
export class KernelContext {
  /** How many operations may be in flight. */
  readonly size: number;
  readonly #ctx = new aio_context_t();
  readonly #slab: IocbSlab;
  readonly #events: IoEventArray;
  readonly #slots: OperationSlots;
  /** How many of these were taken from the ring, and how many of those have been given. */
  #taken = 0;
  #given = 0;
  /** For io_submit(2). */
  readonly #batch: Uint32Array;

  /** @throws what io_setup(2) fails with */
  constructor(size: number) {
    io_setup(size, this.#ctx);
    this.size = size;
    try {
      this.#slab = new IocbSlab(size);
      this.#events = new IoEventArray(Math.min(size, EVENTS));
    } catch (error) {
      // There is no memory left.
      io_destroy(this.#ctx);
      throw error;
    }
    for (let slot = 0; slot < size; slot++) this.#slab.keep(slot, this);
    this.#slots = new OperationSlots(this.#slab);
    this.#batch = new Uint32Array(size);
  }

  get inFlight(): number {
    return this.#slots.used;
  }

  get room(): number {
    return this.size - this.#slots.used;
  }

  /**
   * Submits operations for which there is room, and of which all is in order.
   *
   * @param states - of the operations
   * @param eventfd - for those that have none of their own
   * @param from - the first of them
   * @returns how many the kernel took, from that on
   * @throws what is wrong with the first
   */
  submit(states: readonly OperationState[], eventfd: number, from = 0): number {
    const batch = this.#batch;
    const count = states.length - from;
    let filled = 0;
    let taken = 0;
    try {
      for (; filled < count; filled++) {
        batch[filled] = this.#slots.take(states[from + filled]!, eventfd);
      }
      taken = io_submit(this.#ctx, count, this.#slab, batch);
      return taken;
    } finally {
      while (filled > taken) this.#slots.release(batch[--filled]!);
    }
  }

  /** Collects what has completed, without waiting and without a system call. */
  collect(sink: Sink): void {
    this.#give(sink);
    let count: number;
    do {
      count =
        this.inFlight === 0 ? 0 : io_getevents_ring(this.#ctx, this.#events.length, this.#events);
      this.#took(count, sink);
    } while (count === this.#events.length);
  }

  /**
   * Waits, blocking, until `min` have completed, or one if that is more than can be collected at once, or
   * until the time has passed, or a signal has come. Collects what has completed.
   */
  wait(min: number, timeout: Timespec | null, sink: Sink): void {
    if (this.#given < this.#taken) {
      this.#give(sink);
      return;
    }
    const { length } = this.#events;
    let count = 0;
    try {
      count = io_getevents(this.#ctx, Math.min(min, length), length, this.#events, timeout);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).errno !== -EINTR) throw error;
    }
    this.#took(count, sink);
  }

  /**
   * Has the kernel cancel an operation, whose event will come, with the result 0.
   *
   * @returns false where it cannot be cancelled, or has completed
   */
  cancel(state: OperationState): boolean {
    const slot = this.#slots.indexOf(state);
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
  states(): OperationState[] {
    return this.#slots.states();
  }

  /** Blocks for some 30 ms, and until everything in flight has ended. */
  destroy(): void {
    io_destroy(this.#ctx);
  }

  /** The same without blocking, where nothing is in flight. */
  destroyIdle(): Promise<void> {
    const destroyed = lastDestroyed.then(() => io_destroy_later(this.#ctx));
    lastDestroyed = destroyed.catch(() => undefined);
    return destroyed;
  }

  #took(count: number, sink: Sink): void {
    this.#taken = count;
    this.#given = 0;
    this.#give(sink);
  }

  /** Gives what is left of the events that were taken from the ring. Whoever hears of one may ask for more meanwhile. */
  #give(sink: Sink): void {
    const { u32, i32 } = this.#events;
    while (this.#given < this.#taken) {
      const i = this.#given++;
      const slot = u32[eventSlot(i)]!;
      const state = this.#slots.at(slot);
      if (state === null) continue;
      const low = u32[i * EVENT_WORDS + RES2 + LOW]!;
      const high = i32[i * EVENT_WORDS + RES2 + HIGH]!;
      this.#slots.release(slot);
      sink(state, i32[eventResult(i)]!, high * 2 ** 32 + low);
    }
  }
}
