import { MAX_U64, checkArray, checkInteger, outOfRange, toBigInt } from './argument-errors.js';
import { byteLengthOf } from './byte-length.js';
import { LITTLE_ENDIAN } from './endian.js';
import { IoVec } from './io-vec.js';
import { layout } from './layout.js';
import { addressOf } from './memory.js';
import { native } from './native.js';

const { size, iov_base, iov_len } = layout.iovec;

/** What a vector asks of a slab that has used it: what a slot has in flight, and what it names. */
interface Slots {
  inFlight(slot: number): number;
  kept(slot: number): object | null;
}

let noteUse: (array: IoVecArray, slab: Slots, slot: number) => void;
let lengthOf: (array: IoVecArray) => number;
let addressOfFirst: (array: IoVecArray) => number;
let firstMisfit: (array: IoVecArray, count: number) => number;

/**
 * An array of `struct iovec`, for PREADV and PWRITEV.
 *
 * The kernel copies it when an operation is submitted, so it may be changed while that is in flight;
 * buffers that it named until then are kept alive.
 *
 * @see readv(2)
 */
export class IoVecArray {
  readonly #address: number;
  readonly #memory: DataView;
  readonly #owners: (ArrayBufferView | null)[];
  /** Slots that name this array, or did when they were submitted. A slab in flight is alive. */
  #users: { slab: WeakRef<Slots>; slot: number }[] = [];
  /** What it named while one of them was in flight. */
  readonly #former = new Set<ArrayBufferView>();

  /**
   * @param buffers - the pieces of memory, in order; or how many iovecs there are to be, all NULL
   */
  constructor(buffers: readonly (ArrayBufferView | null)[] | number) {
    if (typeof buffers !== 'number') checkArray('buffers', buffers);
    const length = typeof buffers === 'number' ? buffers : buffers.length;
    checkInteger('length', length, 0, 2 ** 24);
    // At least one, so that it has an address.
    const memory = new ArrayBuffer(Math.max(length, 1) * size);
    this.#memory = new DataView(memory);
    this.#address = native.addressOf(memory);
    this.#owners = new Array<ArrayBufferView | null>(length).fill(null);
    if (typeof buffers === 'number') return;
    buffers.forEach((buffer, index) => {
      this.setBase(index, buffer);
      this.setLen(index, buffer === null ? 0 : byteLengthOf(buffer));
    });
  }

  /** How many iovecs there are. The kernel takes 1024 at most in one operation. */
  get length(): number {
    return this.#owners.length;
  }

  /** The address of the first iovec. */
  get address(): number {
    return this.#address;
  }

  /** A view of one iovec. */
  at(index: number): IoVec {
    this.#check(index);
    return new IoVec(this, index);
  }

  /** `iov_base` of an iovec. */
  base(index: number): bigint {
    this.#check(index);
    return this.#memory.getBigUint64(index * size + iov_base, LITTLE_ENDIAN);
  }

  /** Sets `iov_base` of an iovec: a view, which is kept alive, or an address as in C. */
  setBase(index: number, value: ArrayBufferView | bigint | number | null): void {
    this.#check(index);
    let address = 0n;
    let owner: ArrayBufferView | null = null;
    if (typeof value === 'bigint' || typeof value === 'number') {
      address = toBigInt('iov_base', value, 0n, MAX_U64);
    } else if (value !== null) {
      owner = value;
      address = BigInt(addressOf(value));
    }
    const former = this.#owners[index] ?? null;
    if (!this.#inFlight()) this.#former.clear();
    else if (former !== null) this.#former.add(former);
    this.#owners[index] = owner;
    this.#memory.setBigUint64(index * size + iov_base, address, LITTLE_ENDIAN);
  }

  /** `iov_len` of an iovec, in bytes. */
  len(index: number): bigint {
    this.#check(index);
    return this.#len(index);
  }

  /** Sets `iov_len` of an iovec, in bytes. */
  setLen(index: number, value: bigint | number): void {
    this.#check(index);
    const length = toBigInt('iov_len', value, 0n, MAX_U64);
    this.#memory.setBigUint64(index * size + iov_len, length, LITTLE_ENDIAN);
  }

  #len(index: number): bigint {
    return this.#memory.getBigUint64(index * size + iov_len, LITTLE_ENDIAN);
  }

  #inFlight(): boolean {
    return this.#users.some(({ slab, slot }) => (slab.deref()?.inFlight(slot) ?? 0) > 0);
  }

  #check(index: number): void {
    if (!Number.isInteger(index) || index < 0 || index >= this.#owners.length) {
      throw outOfRange('index', `>= 0 and < ${this.#owners.length}`, index);
    }
  }

  static {
    noteUse = (array, slab, slot) => {
      const others = array.#users.filter((user) => {
        const other = user.slab.deref();
        if (other === undefined || (other === slab && user.slot === slot)) return false;
        // One that is idle may be submitted yet, as long as it names the array.
        return other.inFlight(user.slot) > 0 || other.kept(user.slot) === array;
      });
      array.#users = [...others, { slab: new WeakRef(slab), slot }];
    };
    lengthOf = (array) => array.#owners.length;
    addressOfFirst = (array) => array.#address;
    firstMisfit = (array, count) =>
      array.#owners.findIndex(
        (owner, index) =>
          index < count && owner !== null && array.#len(index) > BigInt(byteLengthOf(owner)),
      );
  }
}

/** A slot's iocb names this array now. */
export function usedBySlot(array: IoVecArray, slab: Slots, slot: number): void {
  noteUse(array, slab, slot);
}

/** How many iovecs there are, whatever the array says itself by now. */
export function vectorsIn(array: IoVecArray): number {
  return lengthOf(array);
}

/** Where the first iovec is, likewise. */
export function addressOfVectors(array: IoVecArray): number {
  return addressOfFirst(array);
}

/** The first of `count` iovecs that reaches beyond the view it was set to; -1 where none does. */
export function misfit(array: IoVecArray, count: number): number {
  return firstMisfit(array, count);
}
