// What readMany and writeMany are asked for, checked and written down in columns: so the caller may
// change its own objects while they are under way.
import { viewAddress } from '../engine/addresses.js';
import type { SweepRanges } from '../engine/sweep.js';
import { invalidType, outOfRange } from '../argument-errors.js';

/** Ranges of a file, with one buffer for all: in columns, which may be typed arrays. */
export interface ManyRanges {
  /** Whose memory is read into, or written from. */
  readonly buffer: NodeJS.ArrayBufferView;
  /** Where in the file each range begins, in bytes: 0 to 2^53 - 1. */
  readonly positions: ArrayLike<number>;
  /** How many bytes each has, 0 to 2^31 - 1; or one number for all. */
  readonly lengths: ArrayLike<number> | number;
  /** Where in the buffer each begins, in bytes; one behind the other unless given. */
  readonly offsets?: ArrayLike<number> | undefined;
}

/** One range of a file, with a buffer of its own. */
export interface ManyRequest {
  readonly buffer: NodeJS.ArrayBufferView;
  /** Where in the file, in bytes: 0 to 2^53 - 1. */
  readonly position: number;
  /** Where in the buffer, in bytes; 0 unless given. */
  readonly offset?: number | undefined;
  /** In bytes, 0 to 2^31 - 1; what is left of the buffer unless given. */
  readonly length?: number | undefined;
}

const MAX_LENGTH = 2 ** 31 - 1;

type View = NodeJS.ArrayBufferView;

/** How long ranges are, and where each begins in its view. */
interface Columns {
  readonly lengths: number[];
  readonly offsets: number[];
}

/** Ranges in order, ready to be carried out. */
export class Ranges implements SweepRanges {
  readonly count: number;
  readonly #positions: number[];
  /** Null where all are `#even` bytes long, and lie one behind the other. */
  readonly #columns: Columns | null;
  readonly #even: number;
  /** One for all, or one for each. */
  readonly #memory: View | readonly View[];
  /** Of the one for all, when it was last looked at. */
  #size = 0;
  #address = 0;

  /** @param even - how long each range is, where all are alike and lie one behind the other; else null */
  constructor(count: number, memory: View | readonly View[], even: number | null) {
    this.count = count;
    // Not typed arrays: to make one takes as long as a read.
    this.#positions = new Array<number>(count);
    this.#columns =
      even === null
        ? { lengths: new Array<number>(count), offsets: new Array<number>(count) }
        : null;
    this.#even = even ?? 0;
    this.#memory = memory;
  }

  position(index: number): number {
    return this.#positions[index]!;
  }

  length(index: number): number {
    return this.#columns === null ? this.#even : this.#columns.lengths[index]!;
  }

  offset(index: number): number {
    return this.#columns === null ? index * this.#even : this.#columns.offsets[index]!;
  }

  view(index: number): View {
    return isEach(this.#memory) ? this.#memory[index]! : this.#memory;
  }

  look(): void {
    if (isEach(this.#memory)) return;
    this.#size = this.#memory.byteLength;
    if (this.#size > 0) this.#address = viewAddress(this.#memory);
  }

  address(index: number): number | undefined {
    const offset = this.offset(index);
    const end = offset + this.length(index);
    if (!isEach(this.#memory)) return end > this.#size ? undefined : this.#address + offset;
    const view = this.#memory[index]!;
    return end > view.byteLength ? undefined : viewAddress(view) + offset;
  }

  /**
   * Writes a range down.
   *
   * @param size - of its view, in bytes
   */
  set(index: number, position: unknown, offset: unknown, length: unknown, size: number): void {
    if (!isCount(offset) || offset > size) {
      throw outOfRange(`offset of range ${index}`, `>= 0 && <= ${size}`, offset);
    }
    const room = Math.min(size - offset, MAX_LENGTH);
    if (!isCount(length) || length > room) {
      throw outOfRange(`length of range ${index}`, `>= 0 && <= ${room}`, length);
    }
    const furthest = Number.MAX_SAFE_INTEGER - length;
    if (!isCount(position) || position > furthest) {
      throw outOfRange(`position of range ${index}`, `>= 0 && <= ${furthest}`, position);
    }
    this.#positions[index] = position;
    if (this.#columns === null) return;
    this.#columns.offsets[index] = offset;
    this.#columns.lengths[index] = length;
  }
}

function isEach(memory: View | readonly View[]): memory is readonly View[] {
  return Array.isArray(memory);
}

function checkView(name: string, value: unknown): void {
  if (!ArrayBuffer.isView(value)) {
    throw invalidType(name, 'an instance of Buffer, TypedArray or DataView', value);
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isColumn(value: unknown): value is ArrayLike<number> {
  if (Array.isArray(value)) return true;
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

function column(name: string, value: unknown, count: number): ArrayLike<number> {
  if (!isColumn(value)) throw invalidType(name, 'an array or a typed array', value);
  if (value.length === count) return value;
  throw outOfRange(`${name}.length`, `${count}, as many as there are positions`, value.length);
}

function fromColumns({ buffer, positions, lengths, offsets }: ManyRanges): Ranges {
  checkView('ranges.buffer', buffer);
  if (!isColumn(positions)) {
    throw invalidType('ranges.positions', 'an array or a typed array', positions);
  }
  const count = positions.length;
  const lengthOf = typeof lengths === 'number' ? null : column('ranges.lengths', lengths, count);
  const offsetOf = offsets === undefined ? null : column('ranges.offsets', offsets, count);
  const even = lengthOf === null && offsetOf === null && isCount(lengths) ? lengths : null;
  const ranges = new Ranges(count, buffer, even);
  const { byteLength } = buffer;
  for (let index = 0, next = 0; index < count; index++) {
    const length = lengthOf === null ? lengths : lengthOf[index];
    const offset = offsetOf === null ? next : offsetOf[index];
    ranges.set(index, positions[index], offset, length, byteLength);
    next = ranges.offset(index) + ranges.length(index);
  }
  return ranges;
}

function fromRequests(requests: readonly ManyRequest[]): Ranges {
  const views = requests.map((request: unknown, index) => {
    if (typeof request !== 'object' || request === null) {
      throw invalidType(`requests[${index}]`, 'an object', request);
    }
    const { buffer } = request as ManyRequest;
    checkView(`requests[${index}].buffer`, buffer);
    return buffer;
  });
  const ranges = new Ranges(views.length, views, null);
  for (const [index, { position, offset = 0, length }] of requests.entries()) {
    const { byteLength } = views[index]!;
    ranges.set(index, position, offset, length ?? byteLength - offset, byteLength);
  }
  return ranges;
}

/**
 * @throws ERR_INVALID_ARG_TYPE - neither is given, or something in it is of the wrong type
 * @throws ERR_OUT_OF_RANGE - a range is not within its buffer, or not within what a file can have
 */
export function rangesOf(wanted: unknown): Ranges {
  if (Array.isArray(wanted)) return fromRequests(wanted as ManyRequest[]);
  if (typeof wanted === 'object' && wanted !== null) return fromColumns(wanted as ManyRanges);
  throw invalidType('ranges', 'an object with columns, or an array of requests', wanted);
}
