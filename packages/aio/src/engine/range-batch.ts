import { IoRangeArray } from 'aio-bind';
import { CHUNK_OPERATIONS } from './chunk.js';
import type { ColumnBatch } from './read-together.js';
import type { Sweep } from './sweep.js';

/**
 * Ranges of a sweep that are expected to end in line: the addon fills their iocbs, submits them and gives
 * their results in one call. While all goes well nobody else hears of them.
 */
export class RangeBatch implements ColumnBatch {
  readonly columns: IoRangeArray = new IoRangeArray(CHUNK_OPERATIONS);
  /** Which range of the sweep each is. */
  readonly ranges: number[] = new Array<number>(CHUNK_OPERATIONS).fill(0);
  sweep: Sweep | null = null;
  /** The file that all of `columns` name. */
  #fd = -1;
  generation = 0;
  /** How many wait to be submitted. */
  count = 0;
  /** Of all of them together. */
  bytes = 0;
  isHelped = false;
  late = -1;

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
    this.ranges[count] = range;
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
    const { aio_offset, aio_buf, aio_nbytes } = this.columns;
    const { ranges } = this;
    for (let i = 0; i < count; i++) {
      aio_offset[i] = positions[from + i]!;
      aio_buf[i] = address + i * length;
      aio_nbytes[i] = length;
      ranges[i] = from + i;
    }
    this.count = count;
    this.bytes = count * length;
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
    const { aio_offset, aio_buf, aio_nbytes, slot } = this.columns;
    this.bytes -= this.bytesOf(count);
    if (count < this.count) {
      for (const column of [aio_offset, aio_buf, aio_nbytes, slot, this.ranges]) {
        column.copyWithin(0, count, this.count);
      }
    }
    this.count -= count;
    if (this.count === 0) this.sweep = null;
  }
}
