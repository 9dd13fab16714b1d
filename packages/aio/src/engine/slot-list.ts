const NONE = -1;

/** Slots to be submitted, in order, in a typed array that io_submit takes as it is. */
export class SlotList {
  #slots: Uint32Array;
  #length = 0;

  /** @param capacity - how many slots there are */
  constructor(capacity: number) {
    this.#slots = new Uint32Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  push(slot: number): void {
    this.#slots[this.#length++] = slot;
  }

  /** Takes the last. */
  pop(): number {
    return this.#slots[--this.#length] ?? NONE;
  }

  at(index: number): number {
    return this.#slots[index] ?? NONE;
  }

  /** From the first on. */
  get slots(): Uint32Array {
    return this.#slots;
  }

  /** Takes the first `count` away. */
  drop(count: number): void {
    if (count < this.#length) this.#slots.copyWithin(0, count, this.#length);
    this.#length -= count;
  }

  includes(slot: number): boolean {
    return this.#slots.subarray(0, this.#length).includes(slot);
  }

  /** @returns whether it was there */
  remove(slot: number): boolean {
    const index = this.#slots.subarray(0, this.#length).indexOf(slot);
    if (index === -1) return false;
    this.#slots.copyWithin(index, index + 1, this.#length);
    this.#length--;
    return true;
  }
}
