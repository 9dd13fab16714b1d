// What readMany and writeMany are asked for, checked and written down in columns: so the caller may
// change its own objects while they are under way.
import { viewAddress } from '../engine/addresses.js';
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

/** Ranges in order, ready to be carried out. */
export class Ranges {
  readonly count: number;
  /** In the file. */
  readonly positions: number[];
  readonly lengths: number[];
  /** In the range's view. */
  readonly offsets: number[];
  readonly #viewOf: (index: number) => NodeJS.ArrayBufferView;

  constructor(count: number, viewOf: (index: number) => NodeJS.ArrayBufferView) {
    this.count = count;
    // Not typed arrays: to make one takes as long as a read.
    this.positions = new Array<number>(count);
    this.lengths = new Array<number>(count);
    this.offsets = new Array<number>(count);
    this.#viewOf = viewOf;
  }

  view(index: number): NodeJS.ArrayBufferView {
    return this.#viewOf(index);
  }

  /** Where a range's memory is now; undefined where its buffer was detached or has shrunk. */
  address(index: number): number | undefined {
    const view = this.#viewOf(index);
    const offset = this.offsets[index]!;
    if (offset + this.lengths[index]! > view.byteLength) return undefined;
    return viewAddress(view) + offset;
  }

  set(index: number, position: unknown, offset: unknown, length: unknown): void {
    const { byteLength } = this.#viewOf(index);
    if (!isCount(offset) || offset > byteLength) {
      throw outOfRange(`offset of range ${index}`, `>= 0 && <= ${byteLength}`, offset);
    }
    const room = Math.min(byteLength - offset, MAX_LENGTH);
    if (!isCount(length) || length > room) {
      throw outOfRange(`length of range ${index}`, `>= 0 && <= ${room}`, length);
    }
    const furthest = Number.MAX_SAFE_INTEGER - length;
    if (!isCount(position) || position > furthest) {
      throw outOfRange(`position of range ${index}`, `>= 0 && <= ${furthest}`, position);
    }
    this.positions[index] = position;
    this.offsets[index] = offset;
    this.lengths[index] = length;
  }
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
  const ranges = new Ranges(count, () => buffer);
  for (let index = 0, next = 0; index < count; index++) {
    const length = lengthOf === null ? lengths : lengthOf[index];
    const offset = offsetOf === null ? next : offsetOf[index];
    ranges.set(index, positions[index], offset, length);
    next = ranges.offsets[index]! + ranges.lengths[index]!;
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
  const ranges = new Ranges(views.length, (index) => views[index]!);
  for (const [index, { position, offset = 0, length }] of requests.entries()) {
    ranges.set(index, position, offset, length ?? views[index]!.byteLength - offset);
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
