import { checkInteger, invalidType, outOfRange } from './argument-errors.js';
import { IoVecArray, usedBySlot } from './io-vec-array.js';
import { layout } from './layout.js';
import { type NativeId, native } from './native.js';

const { size: IOCB_SIZE } = layout.iocb;

/** 2 GiB of iocbs, and so more than any machine lets be in flight. */
const MAX_SLOTS = 2 ** 24;

let idOf: (slab: IocbSlab) => NativeId;
let iocbsOf: (slab: IocbSlab) => ArrayBuffer;
let ownerIn: (slab: IocbSlab, slot: number) => object | null;

/**
 * iocbs in one piece of memory (64-byte aligned), so that many can be filled without a native call
 * and submitted with one: by views (`new Iocb(slab, slot)`), or faster through the typed
 * arrays, with {@link layout} for the offsets.
 *
 * The kernel copies an iocb when it is submitted, so a slot may be prepared anew while it is in
 * flight; the *buffers* that it named must live on. Those that were given as objects do: the slab
 * keeps them, and stays alive itself, while the slot is in flight.
 *
 * Do not move its memory away (`ArrayBuffer.prototype.transfer`) and to another thread: it is freed with the thread that
 * made the slab. And it is freed in a turn of the event loop, after the slab has been collected: a program that makes
 * slabs, or iocbs of their own, without end in one turn has all of them in memory.
 */
export class IocbSlab {
  /** How many iocbs there are. */
  readonly slots: number;
  /** The address of slot 0; slot n is n * 64 bytes further. */
  readonly address: number;

  /** The whole slab as 16-bit words. */
  readonly u16: Uint16Array;
  /** The whole slab as signed 16-bit words. */
  readonly i16: Int16Array;
  /** The whole slab as 32-bit words. */
  readonly u32: Uint32Array;
  /** The whole slab as signed 32-bit words. */
  readonly i32: Int32Array;
  /** The whole slab as 64-bit words. */
  readonly u64: BigUint64Array;
  /** The whole slab as signed 64-bit words. */
  readonly i64: BigInt64Array;

  readonly #id: NativeId;
  readonly #iocbs: ArrayBuffer;
  /** Operations of each slot that the kernel or a submit thread has; the addon counts. */
  readonly #inFlight: Uint32Array;
  /** What each slot's iocb names. */
  readonly #owners: (object | null)[];
  /** What a slot named before it was prepared anew in flight. */
  readonly #lingering = new Map<number, Set<object>>();

  /**
   * @param slots - 1 to 2^24
   * @throws RangeError - there is not that much memory
   */
  constructor(slots: number) {
    checkInteger('slots', slots, 1, MAX_SLOTS);
    const { id, iocbs, inFlight, address } = native.createSlab(this, slots);
    this.slots = slots;
    this.address = address;
    this.u16 = new Uint16Array(iocbs);
    this.i16 = new Int16Array(iocbs);
    this.u32 = new Uint32Array(iocbs);
    this.i32 = new Int32Array(iocbs);
    this.u64 = new BigUint64Array(iocbs);
    this.i64 = new BigInt64Array(iocbs);
    this.#id = id;
    this.#iocbs = iocbs;
    this.#inFlight = new Uint32Array(inFlight);
    this.#owners = new Array<object | null>(slots).fill(null);
  }

  /**
   * How many operations of a slot, or of the whole slab, the kernel or {@link SubmitThreads} have:
   * submitted, and their event not collected yet.
   */
  inFlight(slot?: number): number {
    if (slot === undefined) return this.#inFlight.reduce((sum, count) => sum + count, 0);
    this.#check(slot);
    return this.#inFlight[slot] ?? 0;
  }

  /** Which slot an event's `obj` names; -1 where it is no iocb of this slab. */
  slotOf(obj: bigint): number {
    if (typeof obj !== 'bigint') throw invalidType('obj', 'of type bigint', obj);
    const slot = (Number(obj) - this.address) / IOCB_SIZE;
    return Number.isInteger(slot) && slot >= 0 && slot < this.slots ? slot : -1;
  }

  /** Zeroes a slot's iocb and lets go of what it named, once nothing of it is in flight. */
  clear(slot: number): void {
    this.keep(slot, null);
    this.u32.fill(0, (slot * IOCB_SIZE) / 4, ((slot + 1) * IOCB_SIZE) / 4);
  }

  /**
   * Keeps `owner` alive for as long as the slot names its memory: until the slot is prepared anew
   * or cleared, and nothing of it is in flight. {@link Iocb.aio_buf} does this itself; those who
   * write `aio_buf` through the typed arrays call it, or hold the memory in their own way.
   */
  keep(slot: number, owner: object | null): void {
    this.#check(slot);
    const former = this.#owners[slot] ?? null;
    if (this.#inFlight[slot] === 0) {
      if (this.#lingering.size > 0) this.#lingering.delete(slot);
    } else if (former !== null && former !== owner) {
      const lingering = this.#lingering.get(slot);
      if (lingering === undefined) this.#lingering.set(slot, new Set([former]));
      else lingering.add(former);
    }
    this.#owners[slot] = owner;
    if (owner instanceof IoVecArray) usedBySlot(owner, this, slot);
  }

  /** What {@link IocbSlab.keep}, or a setting of `aio_buf`, gave the slot to keep, if anything. */
  kept(slot: number): object | null {
    this.#check(slot);
    return this.#owners[slot] ?? null;
  }

  #check(slot: number): void {
    if (!Number.isInteger(slot) || slot < 0 || slot >= this.slots) {
      throw outOfRange('slot', `>= 0 and < ${this.slots}`, slot);
    }
  }

  static {
    idOf = (slab) => slab.#id;
    iocbsOf = (slab) => slab.#iocbs;
    ownerIn = (slab, slot) => slab.#owners[slot] ?? null;
  }
}

/** What the addon knows a slab by. */
export function slabId(slab: IocbSlab): NativeId {
  if (!(slab instanceof IocbSlab)) throw invalidType('slab', 'an IocbSlab', slab);
  return idOf(slab);
}

/** The memory that is submitted, whatever the slab's arrays are by now. */
export function slabMemory(slab: IocbSlab): ArrayBuffer {
  return iocbsOf(slab);
}

/** What {@link IocbSlab.kept} gives, whatever a subclass has made of that. */
export function keptBySlab(slab: IocbSlab, slot: number): object | null {
  return ownerIn(slab, slot);
}
