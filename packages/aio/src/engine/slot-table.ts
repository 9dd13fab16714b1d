import type { Operation } from './operation.js';
import { SlotList } from './slot-list.js';
import type { Sweep } from './sweep.js';

/**
 * The slots of a slab, and what has one: an operation, or a range of a sweep. What is asked for each of
 * thousands of ranges is in typed arrays.
 *
 * The batch of ranges has slots of its own beside those, so that while all goes well it only takes room. A range that
 * goes on keeps its slot, and the batch is given another for it.
 */
export class SlotTable {
  readonly #operations: (Operation | null)[];
  readonly #sweeps: (Sweep | null)[];
  /** Which range of the sweep. */
  readonly #ranges: Uint32Array;
  readonly #generations: Uint32Array;
  readonly #bytesOf: Float64Array;
  /** Of ranges: no eventfd says when one ends. */
  readonly #unannounced: Uint8Array;
  readonly #free: SlotList;
  readonly #maxBytes: number;
  #bytes = 0;
  /** How many ranges have taken room with slots of the batch. */
  #inBatch = 0;
  /** What was put there to wait for a thread. */
  readonly #waits: Uint8Array;
  #waiting = 0;
  #bytesWaiting = 0;
  readonly #mostWaiting: number;

  /**
   * @param depth - how many operations and ranges there may be
   * @param maxBytes - how many bytes these may transfer together; a single one may be larger
   * @param ofBatch - receives the slots of the batch
   */
  constructor(depth: number, maxBytes: number, ofBatch: Uint32Array) {
    const slots = depth + ofBatch.length;
    this.#operations = new Array<Operation | null>(slots).fill(null);
    this.#sweeps = new Array<Sweep | null>(slots).fill(null);
    this.#ranges = new Uint32Array(slots);
    this.#generations = new Uint32Array(slots);
    this.#bytesOf = new Float64Array(slots);
    this.#unannounced = new Uint8Array(slots);
    this.#waits = new Uint8Array(slots);
    this.#mostWaiting = Math.ceil(depth / 2);
    this.#free = new SlotList(slots);
    for (let slot = depth - 1; slot >= 0; slot--) this.#free.push(slot);
    for (let i = 0; i < ofBatch.length; i++) ofBatch[i] = depth + i;
    this.#maxBytes = maxBytes;
  }

  /** How many slots the slab has. */
  get size(): number {
    return this.#operations.length;
  }

  hasRoomFor(bytes: number): boolean {
    if (this.free <= 0) return false;
    return this.#bytes === 0 || this.#bytes + bytes <= this.#maxBytes;
  }

  /**
   * Whether so many bytes more may take of the room to wait there for a thread. That is half of it at most: where a device
   * stands still, what needs no thread goes on in the other half.
   */
  mayWait(bytes: number): boolean {
    if (this.#waiting >= this.#mostWaiting) return false;
    return this.#waiting === 0 || this.#bytesWaiting + bytes <= this.#maxBytes / 2;
  }

  /** For how many more there is room. */
  get free(): number {
    return this.#free.length - this.#inBatch;
  }

  /** How many more bytes may be in flight: none or less where what is in flight is too large already. */
  get bytesLeft(): number {
    return this.#maxBytes - this.#bytes;
  }

  /** Gives an operation a slot that was reserved for it. */
  put(slot: number, operation: Operation): void {
    operation.slot = slot;
    this.#operations[slot] = operation;
    this.#note(slot, operation.bytes, operation.generation);
    if (operation.offload) this.#noteWaiting(slot);
  }

  /**
   * Has what has a slot wait there for a thread.
   *
   * @returns whether it {@link mayWait}
   */
  waitsIn(slot: number): boolean {
    if (this.#waits[slot] === 1) return true;
    if (!this.mayWait(this.#bytesOf[slot]!)) return false;
    this.#noteWaiting(slot);
    return true;
  }

  /** Takes a slot, of which there must be one, for a transfer of so many bytes. */
  reserve(bytes: number): number {
    const slot = this.#free.pop();
    this.#bytes += bytes;
    return slot;
  }

  /** Room for ranges with slots of the batch, of so many bytes together. */
  reserveInBatch(count: number, bytes: number): void {
    this.#inBatch += count;
    this.#bytes += bytes;
  }

  /** Leaves it. */
  giveBackInBatch(count: number, bytes: number): void {
    this.#inBatch -= count;
    this.#bytes -= bytes;
  }

  /** A range keeps its slot of the batch, and the room: gives another slot to be the batch's. */
  exchange(): number {
    this.#inBatch--;
    return this.#free.pop();
  }

  /** Leaves a slot that was reserved for so many bytes. */
  giveBackOne(slot: number, bytes: number): void {
    this.#bytes -= bytes;
    this.#free.push(slot);
  }

  /** The same for many slots, of so many bytes together. */
  giveBack(slots: Uint32Array, count: number, bytes: number): void {
    this.#bytes -= bytes;
    for (let i = count - 1; i >= 0; i--) this.#free.push(slots[i]!);
  }

  /**
   * Notes which range has a slot that was reserved for it.
   *
   * @param unannounced - no eventfd says when it ends
   */
  admitRange(
    slot: number,
    sweep: Sweep,
    range: number,
    generation: number,
    unannounced: boolean,
  ): void {
    this.#sweeps[slot] = sweep;
    this.#ranges[slot] = range;
    this.#unannounced[slot] = unannounced ? 1 : 0;
    this.#note(slot, sweep.ranges.length(range), generation);
  }

  /** Has an operation go on in the place of the range that it stands for. */
  replace(slot: number, operation: Operation): void {
    operation.slot = slot;
    operation.generation = this.#generations[slot]!;
    this.#sweeps[slot] = null;
    this.#operations[slot] = operation;
  }

  release(slot: number): void {
    this.#operations[slot] = null;
    this.#sweeps[slot] = null;
    this.#free.push(slot);
    this.#bytes -= this.#bytesOf[slot]!;
    if (this.#waits[slot] === 0) return;
    this.#waits[slot] = 0;
    this.#waiting--;
    this.#bytesWaiting -= this.#bytesOf[slot]!;
  }

  /** Whether what has a slot is still what it was. */
  holds(slot: number, generation: number): boolean {
    if (this.#generations[slot] !== generation) return false;
    return this.#operations[slot] != null || this.#sweeps[slot] != null;
  }

  /** The operation that has a slot; null where a range has it. */
  operationAt(slot: number): Operation | null {
    return this.#operations[slot]!;
  }

  /** The sweep whose range has a slot; null where an operation has it. */
  sweepAt(slot: number): Sweep | null {
    return this.#sweeps[slot]!;
  }

  rangeAt(slot: number): number {
    return this.#ranges[slot]!;
  }

  generationAt(slot: number): number {
    return this.#generations[slot]!;
  }

  bytesAt(slot: number): number {
    return this.#bytesOf[slot]!;
  }

  /** No eventfd says when what has the slot ends: it is expected to have ended when io_submit returns. */
  isUnannounced(slot: number): boolean {
    return this.#operations[slot]?.unannounced ?? this.#unannounced[slot] === 1;
  }

  operations(): Operation[] {
    return this.#operations.filter((operation) => operation !== null);
  }

  /** Slots that ranges have. */
  slotsOfRanges(): number[] {
    return [...this.#sweeps.keys()].filter((slot) => this.#sweeps[slot] !== null);
  }

  #noteWaiting(slot: number): void {
    this.#waits[slot] = 1;
    this.#waiting++;
    this.#bytesWaiting += this.#bytesOf[slot]!;
  }

  #note(slot: number, bytes: number, generation: number): void {
    this.#generations[slot] = generation;
    this.#bytesOf[slot] = bytes;
  }
}
