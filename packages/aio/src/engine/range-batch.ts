import { IoRangeArray } from 'aio-bind';
import { CHUNK_OPERATIONS } from './chunk.js';
import type { ColumnBatch } from './read-together.js';
import type { Sweep } from './sweep.js';

const NONE = -1;

/**
 * Ranges of a sweep that are expected to end in line: the addon fills their iocbs, submits them and gives
 * their results in one call. While all goes well nobody else hears of them.
 */
export class RangeBatch implements ColumnBatch {
  readonly columns: IoRangeArray = new IoRangeArray(CHUNK_OPERATIONS);
  /** Which range of the sweep each is; where they follow one another, {@link RangeBatch.#first} says it of all. */
  readonly #ranges: number[] = new Array<number>(CHUNK_OPERATIONS).fill(0);
  #first = NONE;
  sweep: Sweep | null = null;
  /** The file that all of `columns` name. */
  #fd = -1;
  generation = 0;
  /** How many wait to be submitted. */
  count = 0;
  /** Of all of them together. */
  bytes = 0;
  isHelped = false;
  late: number = NONE;
  /** What stands in the columns of those that lie one behind the other: how many do, from where on, and how long each is. */
  #even = 0;
  #evenAddress = 0;
  #evenLength = 0;

  /** What comes next is of this sweep. */
  begin(sweep: Sweep, generation: number): void {
    const { fd } = sweep.file;
    this.sweep = sweep;
    this.generation = generation;
    if (this.#fd !== fd) this.columns.aio_fildes.fill(fd);
    this.#fd = fd;
  }

  push(range: number, position: number, address: number, bytes: number): void {
    const { columns, count } = this;
    columns.aio_offset[count] = position;
    columns.aio_buf[count] = address;
    columns.aio_nbytes[count] = bytes;
    this.#ranges[count] = range;
    this.#first = NONE;
    this.#even = 0;
    this.count++;
    this.bytes += bytes;
  }

  /** Puts so many of one length into it, which lie one behind the other in memory; it is empty. */
  pushEvenly(
    positions: readonly number[],
    from: number,
    count: number,
    address: number,
    length: number,
  ): void {
    const { aio_offset } = this.columns;
    for (let i = 0; i < count; i++) aio_offset[i] = positions[from + i]!;
    // Those who read over and over again do so into the same memory, mostly.
    const isThere = address === this.#evenAddress && length === this.#evenLength;
    if (!isThere || count > this.#even) this.#layEvenly(count, address, length);
    this.#first = from;
    this.count = count;
    this.bytes = count * length;
  }

  rangeAt(index: number): number {
    return this.#first === NONE ? this.#ranges[index]! : this.#first + index;
  }

  /** Of the first `count` together. */
  bytesOf(count: number): number {
    if (count === this.count) return this.bytes;
    let bytes = 0;
    for (let i = 0; i < count; i++) bytes += this.columns.aio_nbytes[i]!;
    return bytes;
  }

  /** Takes the first `count` away. */
  drop(count: number): void {
    this.bytes -= this.bytesOf(count);
    if (count < this.count) this.#moveUp(count);
    this.count -= count;
    if (this.count === 0) this.sweep = null;
  }

  /** But for the slots: what has gone on has kept its own, and left another (SlotTable). */
  #moveUp(count: number): void {
    const { aio_offset, aio_buf, aio_nbytes } = this.columns;
    for (const column of [aio_offset, aio_buf, aio_nbytes, this.#ranges]) {
      column.copyWithin(0, count, this.count);
    }
    if (this.#first !== NONE) this.#first += count;
    this.#even = 0;
  }

  #layEvenly(count: number, address: number, length: number): void {
    const { aio_buf, aio_nbytes } = this.columns;
    for (let i = 0; i < count; i++) {
      aio_buf[i] = address + i * length;
      aio_nbytes[i] = length;
    }
    this.#even = count;
    this.#evenAddress = address;
    this.#evenLength = length;
  }
}
