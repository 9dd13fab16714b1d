import { checkInteger, invalidType, outOfRange } from './argument-errors.js';
import { IoEvent } from './io-event.js';
import { type NativeId, native } from './native.js';

let idOf: (array: IoEventArray) => NativeId;

/**
 * Room for completions, filled again and again without allocation. Read it by {@link IoEvent} views
 * ({@link IoEventArray.at}), or faster through the typed arrays, with {@link layout} for
 * the offsets.
 *
 * Do not move its memory away (`ArrayBuffer.prototype.transfer`) and to another thread: it is freed with the thread that
 * made the array.
 */
export class IoEventArray {
  /** For how many events there is room. */
  readonly length: number;
  /** The address of the first event. */
  readonly address: number;

  /** All events as 32-bit words. */
  readonly u32: Uint32Array;
  /** All events as signed 32-bit words. */
  readonly i32: Int32Array;
  /** All events as 64-bit words. */
  readonly u64: BigUint64Array;
  /** All events as signed 64-bit words. */
  readonly i64: BigInt64Array;

  readonly #id: NativeId;

  /** @param length - 1 to 2^24 events */
  constructor(length: number) {
    checkInteger('length', length, 1, 2 ** 24);
    const { id, events, address } = native.createEventArray(this, length);
    this.length = length;
    this.address = address;
    this.u32 = new Uint32Array(events);
    this.i32 = new Int32Array(events);
    this.u64 = new BigUint64Array(events);
    this.i64 = new BigInt64Array(events);
    this.#id = id;
  }

  /** A view of one event. */
  at(index: number): IoEvent {
    if (!Number.isInteger(index) || index < 0 || index >= this.length) {
      throw outOfRange('index', `>= 0 and < ${this.length}`, index);
    }
    return new IoEvent(this.u32.buffer, index);
  }

  static {
    idOf = (array) => array.#id;
  }
}

/** What the addon knows an array of events by. */
export function eventArrayId(events: IoEventArray): NativeId {
  if (!(events instanceof IoEventArray)) throw invalidType('events', 'an IoEventArray', events);
  return idOf(events);
}
