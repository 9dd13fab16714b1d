// What readMany and writeMany are asked for, checked and written down in columns: so the caller may
// change its own objects while they are under way.
import type { SweepRanges } from '../engine/sweep.js';
import { invalidType, outOfRange } from '../argument-errors.js';
import { viewBytes } from '../engine/addresses.js';
import { EvenRanges } from './even-ranges.js';
import { MixedRanges } from './mixed-ranges.js';
import { MAX_LENGTH, furthestPosition, isCount } from './range-limits.js';

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

function checkView(name: string, value: unknown): void {
  if (!ArrayBuffer.isView(value)) {
    throw invalidType(name, 'an instance of Buffer, TypedArray or DataView', value);
  }
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

/** Null where anything is out of order. */
function evenRanges(
  view: NodeJS.ArrayBufferView,
  positions: ArrayLike<unknown>,
  length: number,
): EvenRanges | null {
  const count = positions.length;
  if (!isCount(length) || length === 0 || length > MAX_LENGTH) return null;
  if (count * length > viewBytes(view)) return null;
  const furthest = furthestPosition(length);
  // Not a typed array: to make one takes as long as a read.
  const checked = new Array<number>(count);
  for (let index = 0; index < count; index++) {
    const position = positions[index];
    if (!isCount(position) || position > furthest) return null;
    checked[index] = position;
  }
  return new EvenRanges(view, checked, length);
}

function fromColumns({ buffer, positions, lengths, offsets }: ManyRanges): SweepRanges {
  checkView('ranges.buffer', buffer);
  if (!isColumn(positions)) {
    throw invalidType('ranges.positions', 'an array or a typed array', positions);
  }
  if (typeof lengths === 'number' && offsets === undefined) {
    const even = evenRanges(buffer, positions, lengths);
    if (even !== null) return even;
  }
  const count = positions.length;
  const lengthOf = typeof lengths === 'number' ? null : column('ranges.lengths', lengths, count);
  const offsetOf = offsets === undefined ? null : column('ranges.offsets', offsets, count);
  const ranges = new MixedRanges(count, buffer);
  const size = viewBytes(buffer);
  for (let index = 0, next = 0; index < count; index++) {
    const length = lengthOf === null ? lengths : lengthOf[index];
    const offset = offsetOf === null ? next : offsetOf[index];
    ranges.set(index, positions[index], offset, length, size);
    next = ranges.offset(index) + ranges.length(index);
  }
  return ranges;
}

function fromRequests(requests: readonly ManyRequest[]): SweepRanges {
  // Not by map(), which passes over what is missing in a sparse array.
  const views = Array.from(requests, (request: unknown, index) => {
    if (typeof request !== 'object' || request === null) {
      throw invalidType(`requests[${index}]`, 'an object', request);
    }
    const { buffer } = request as ManyRequest;
    checkView(`requests[${index}].buffer`, buffer);
    return buffer;
  });
  const ranges = new MixedRanges(views.length, views);
  for (const [index, { position, offset = 0, length }] of requests.entries()) {
    const size = viewBytes(views[index]!);
    ranges.set(index, position, offset, length ?? size - offset, size);
  }
  return ranges;
}

/**
 * @throws ERR_INVALID_ARG_TYPE - neither is given, or something in it is of the wrong type
 * @throws ERR_OUT_OF_RANGE - a range is not within its buffer, or not within what a file can have
 */
export function rangesOf(wanted: unknown): SweepRanges {
  if (Array.isArray(wanted)) return fromRequests(wanted as ManyRequest[]);
  if (typeof wanted === 'object' && wanted !== null) return fromColumns(wanted as ManyRanges);
  throw invalidType('ranges', 'an object with columns, or an array of requests', wanted);
}
