import { invalidType, outOfRange } from '../argument-errors.js';
import { viewAddress, viewBytes } from '../engine/addresses.js';
import type { SweepRanges, SweepResults } from '../engine/sweep.js';
import { MAX_LENGTH, furthestPosition, isCount } from './range-limits.js';

type View = NodeJS.ArrayBufferView;

/** Ranges of any lengths, anywhere in one buffer or each in one of its own. */
export class MixedRanges implements SweepRanges {
  readonly count: number;
  readonly #positions: number[];
  readonly #offsets: number[];
  readonly #lengths: number[];
  /** One for all, or one for each. */
  readonly #memory: View | readonly View[];
  /** Of the one for all, when it was last looked at. */
  #size = 0;
  #address = 0;

  constructor(count: number, memory: View | readonly View[]) {
    this.count = count;
    // Not typed arrays: to make one takes as long as a read.
    this.#positions = new Array<number>(count);
    this.#offsets = new Array<number>(count);
    this.#lengths = new Array<number>(count);
    this.#memory = memory;
  }

  position(index: number): number {
    return this.#positions[index]!;
  }

  length(index: number): number {
    return this.#lengths[index]!;
  }

  offset(index: number): number {
    return this.#offsets[index]!;
  }

  whole(): SweepResults {
    return this.#lengths;
  }

  view(index: number): View {
    return isEach(this.#memory) ? this.#memory[index]! : this.#memory;
  }

  look(): void {
    if (isEach(this.#memory)) return;
    this.#size = viewBytes(this.#memory);
    if (this.#size > 0) this.#address = viewAddress(this.#memory);
  }

  address(index: number): number | undefined {
    const offset = this.offset(index);
    const end = offset + this.length(index);
    if (!isEach(this.#memory)) return end > this.#size ? undefined : this.#address + offset;
    const view = this.#memory[index]!;
    return end > viewBytes(view) ? undefined : viewAddress(view) + offset;
  }

  pushTogether(): number {
    return 0;
  }

  /**
   * Writes a range down.
   *
   * @param size - of its view, in bytes
   */
  set(index: number, position: unknown, offset: unknown, length: unknown, size: number): void {
    if (!isCount(offset) || offset > size) throw refusal('offset', index, size, offset);
    const room = Math.min(size - offset, MAX_LENGTH);
    if (!isCount(length) || length > room) throw refusal('length', index, room, length);
    const furthest = furthestPosition(length);
    if (!isCount(position) || position > furthest) {
      throw refusal('position', index, furthest, position);
    }
    this.#positions[index] = position;
    this.#offsets[index] = offset;
    this.#lengths[index] = length;
  }
}

function refusal(what: string, index: number, most: number, value: unknown): Error {
  const name = `${what} of range ${index}`;
  return typeof value === 'number'
    ? outOfRange(name, `an integer >= 0 && <= ${most}`, value)
    : invalidType(name, 'of type number', value);
}

function isEach(memory: View | readonly View[]): memory is readonly View[] {
  return Array.isArray(memory);
}
