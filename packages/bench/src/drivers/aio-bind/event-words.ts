import { layout, type IoEventArray } from 'aio-bind';
import { getSystemErrorName } from 'node:util';
import { HIGH, LOW } from './word-order.js';

const WORDS = layout.io_event.size / 4;
const DATA_LOW = layout.io_event.data / 4 + LOW;
const RES_LOW = layout.io_event.res / 4 + LOW;
const RES_HIGH = layout.io_event.res / 4 + HIGH;

/** The slot number that was put into `aio_data`. */
export function slotOf(events: IoEventArray, index: number): number {
  return events.u32[index * WORDS + DATA_LOW] ?? 0;
}

/** How many bytes were read; throws what the kernel says in their place. */
export function bytesOf(events: IoEventArray, index: number): number {
  const low = events.i32[index * WORDS + RES_LOW] ?? 0;
  const high = events.i32[index * WORDS + RES_HIGH] ?? 0;
  if (high !== 0) throw new Error(`the kernel says ${getSystemErrorName(low)}`);
  return low;
}
