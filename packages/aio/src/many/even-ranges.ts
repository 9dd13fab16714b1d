import { viewAddress, viewBytes } from '../engine/addresses.js';
import type { RangeBatch } from '../engine/range-batch.js';
import type { SweepRanges, SweepResults } from '../engine/sweep.js';

type View = NodeJS.ArrayBufferView;

/** Ranges of one length, one behind the other in one buffer. */
export class EvenRanges implements SweepRanges {
  readonly count: number;
  readonly #length: number;
  readonly #positions: readonly number[];
  readonly #view: View;
  /** Of the view, when it was last looked at. */
  #size = 0;
  #address = 0;

  /** @param length - in bytes; not 0 */
  constructor(view: View, positions: readonly number[], length: number) {
    this.count = positions.length;
    this.#view = view;
    this.#positions = positions;
    this.#length = length;
  }

  position(index: number): number {
    return this.#positions[index]!;
  }

  length(): number {
    return this.#length;
  }

  offset(index: number): number {
    return index * this.#length;
  }

  whole(): SweepResults {
    return { count: this.count, each: this.#length };
  }

  view(): View {
    return this.#view;
  }

  look(): void {
    this.#size = viewBytes(this.#view);
    if (this.#size > 0) this.#address = viewAddress(this.#view);
  }

  address(index: number): number | undefined {
    const offset = index * this.#length;
    return offset + this.#length > this.#size ? undefined : this.#address + offset;
  }

  pushTogether(batch: RangeBatch, from: number, most: number, bytes: number): number {
    const length = this.#length;
    const room = Math.max(Math.floor(bytes / length), 1);
    const count = Math.min(this.count - from, most, room);
    const offset = from * length;
    // Where the memory is not there any more, each finds that by itself.
    if (offset + count * length > this.#size) return 0;
    batch.pushEvenly(this.#positions, from, count, this.#address + offset, length);
    return count;
  }
}
