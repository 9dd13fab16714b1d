import { IOCB_FLAG_RESFD, type IocbSlab } from 'aio-bind';
import { DATA, FILDES, FLAGS, LOW, RESFD, WORDS } from '../engine/iocb-layout.js';
import type { OperationState } from '../operations/operation-state.js';

const NO_OPERATION = 0;

let made = 0;

/**
 * The slots of a context, one for each operation that may be in flight, and whose they are.
 *
 * An operation that is submitted again gets the slot that it had, unless another has had it since; where
 * nothing about the operation was changed, its iocb is still there. After a pause, or behind a large copy,
 * each line of memory that need not be looked at counts.
 */
export class OperationSlots {
  /** What operations know it by: they are not to keep it alive. */
  readonly #serial = ++made;
  readonly #words: Uint32Array;
  readonly #states: (OperationState | null)[];
  /** For each slot the serial of the operation whose iocb is in it. */
  readonly #filledFor: number[];
  /** A stack of slots that are free, or were when they came here: an operation may have gone back to its own. */
  readonly #free: Uint32Array;
  #freeCount: number;
  /** For each slot whether it is on that stack. */
  readonly #isStacked: Uint8Array;
  #used = 0;

  constructor(slab: IocbSlab) {
    const { slots: size } = slab;
    this.#words = slab.u32;
    this.#states = new Array<OperationState | null>(size).fill(null);
    this.#filledFor = new Array<number>(size).fill(NO_OPERATION);
    this.#free = Uint32Array.from({ length: size }, (_, index) => size - 1 - index);
    this.#freeCount = size;
    this.#isStacked = new Uint8Array(size).fill(1);
  }

  /** How many are taken. */
  get used(): number {
    return this.#used;
  }

  at(slot: number): OperationState | null {
    return this.#states[slot] ?? null;
  }

  /** Which an operation has; -1 where it has none. */
  indexOf(state: OperationState): number {
    return this.#states[state.slot] === state ? state.slot : -1;
  }

  /** The operations that have one. */
  states(): OperationState[] {
    return this.#states.filter((state) => state !== null);
  }

  /**
   * Gives an operation a slot, of which there is one, and fills it.
   *
   * @param eventfd - for one that has none of its own; -1 for none
   */
  take(state: OperationState, eventfd: number): number {
    const slot = this.#isThere(state) ? state.slot : this.#fill(state);
    this.#used++;
    this.#states[slot] = state;
    const words = this.#words;
    const base = slot * WORDS;
    words[base + FILDES] = state.descriptor;
    if (state.eventfd === null) {
      const flags = words[base + FLAGS]!;
      const isSilent = eventfd === -1;
      words[base + FLAGS] = isSilent ? flags & ~IOCB_FLAG_RESFD : flags | IOCB_FLAG_RESFD;
      words[base + RESFD] = isSilent ? 0 : eventfd;
    }
    return slot;
  }

  release(slot: number): void {
    this.#used--;
    this.#states[slot] = null;
    if (this.#isStacked[slot] === 1) return;
    this.#isStacked[slot] = 1;
    this.#free[this.#freeCount++] = slot;
  }

  /** Whether its iocb is in its former slot, as it has to be: so nobody else has had the slot since. */
  #isThere({ slot, slots, changed, serial }: OperationState): boolean {
    return !changed && slots === this.#serial && this.#filledFor[slot] === serial;
  }

  #fill(state: OperationState): number {
    const slot = this.#nextFree();
    const base = slot * WORDS;
    this.#filledFor[slot] = NO_OPERATION;
    state.image.copyTo(this.#words, base);
    // Nothing is called from here on, so nothing fails for want of stack: it is there, and its own.
    this.#words[base + DATA + LOW] = slot;
    this.#filledFor[slot] = state.serial;
    state.slot = slot;
    state.slots = this.#serial;
    state.changed = false;
    this.#isStacked[slot] = 0;
    this.#freeCount--;
    return slot;
  }

  /** The one on top of the stack, where it stays. */
  #nextFree(): number {
    for (; this.#freeCount > 0; this.#freeCount--) {
      const slot = this.#free[this.#freeCount - 1]!;
      if (this.#states[slot] === null) return slot;
      this.#isStacked[slot] = 0;
    }
    throw new Error('An AioContext has more operations than slots');
  }
}
