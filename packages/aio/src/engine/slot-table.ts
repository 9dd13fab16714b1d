import type { Operation } from './operation.js';
import { SlotList } from './slot-list.js';

/** The slots of a slab and the operations that have one. */
export class SlotTable {
  readonly #operations: (Operation | null)[];
  readonly #free: SlotList;
  readonly #maxBytes: number;
  #bytes = 0;

  /**
   * @param slots - how many operations there may be
   * @param maxBytes - how many bytes these may transfer together; a single one may be larger
   */
  constructor(slots: number, maxBytes: number) {
    this.#operations = new Array<Operation | null>(slots).fill(null);
    this.#free = new SlotList(slots);
    for (let slot = slots - 1; slot >= 0; slot--) this.#free.push(slot);
    this.#maxBytes = maxBytes;
  }

  hasRoomFor({ bytes }: Operation): boolean {
    if (this.#free.length === 0) return false;
    return this.#bytes === 0 || this.#bytes + bytes <= this.#maxBytes;
  }

  /** Gives an operation a slot, of which there must be one. */
  admit(operation: Operation): void {
    operation.slot = this.#free.pop();
    this.#operations[operation.slot] = operation;
    this.#bytes += operation.bytes;
  }

  release({ slot, bytes }: Operation): void {
    this.#operations[slot] = null;
    this.#free.push(slot);
    this.#bytes -= bytes;
  }

  /** The operation of a slot that is taken. */
  at(slot: number): Operation {
    const operation = this.#operations[slot];
    if (operation == null) throw new RangeError(`slot ${slot} is free`);
    return operation;
  }

  /** The same, if it is still the one that it was. */
  find(slot: number, generation: number): Operation | null {
    const operation = this.#operations[slot] ?? null;
    return operation?.generation === generation ? operation : null;
  }

  all(): Operation[] {
    return this.#operations.filter((operation) => operation !== null);
  }
}
