import {
  MAX_S64,
  MAX_U32,
  MAX_U64,
  MIN_S32,
  MIN_S64,
  checkInteger,
  invalidType,
  toBigInt,
} from './argument-errors.js';
import { LITTLE_ENDIAN } from './endian.js';
import { IoVecArray, addressOfVectors } from './io-vec-array.js';
import { IocbSlab, slabMemory } from './iocb-slab.js';
import { layout } from './layout.js';
import { addressOf } from './memory.js';

const field = layout.iocb;

/** Where in 64 bits the halves are. */
const LOW = LITTLE_ENDIAN ? 0 : 4;
const HIGH = 4 - LOW;

let slabOf: (iocb: Iocb) => IocbSlab;
let slotOf: (iocb: Iocb) => number;
let opcodeOf: (iocb: Iocb) => number;
let nbytesOf: (iocb: Iocb) => number;

/** Memory for the kernel: a view, vectors, or a bare address, which its user must keep alive. */
export type AioBuf = ArrayBufferView | IoVecArray | bigint | number | null;

/**
 * A view of one iocb (`struct iocb`, linux/aio_abi.h): what to do, on which file, with which memory.
 *
 * `new Iocb()` has memory of its own, a slab of one (see {@link IocbSlab} for when that is freed);
 * `new Iocb(slab, slot)` is a view of a slab.
 * Fields that are 64 bits wide are read as `bigint` and set as `bigint` or safe integer; a value
 * that does not fit its field is refused (RangeError, ERR_OUT_OF_RANGE).
 *
 * @see io_submit(2)
 */
export class Iocb {
  readonly #slab: IocbSlab;
  readonly #slot: number;
  readonly #view: DataView;

  /** @param slot - 0 to `slab.slots` - 1 */
  constructor(slab: IocbSlab = new IocbSlab(1), slot = 0) {
    if (!(slab instanceof IocbSlab)) throw invalidType('slab', 'an IocbSlab', slab);
    checkInteger('slot', slot, 0, slab.slots - 1);
    this.#slab = slab;
    this.#slot = slot;
    this.#view = new DataView(slabMemory(slab), slot * field.size, field.size);
  }

  /** The slab that this is a view of. */
  get slab(): IocbSlab {
    return this.#slab;
  }

  /** Where in the slab it is. */
  get slot(): number {
    return this.#slot;
  }

  /** The iocb's address: the `obj` of its events. */
  get address(): number {
    return this.#slab.address + this.#slot * field.size;
  }

  /** Anything; it comes back as the event's `data`. 0 to 2^64 - 1. */
  get aio_data(): bigint {
    return this.#view.getBigUint64(field.aio_data, LITTLE_ENDIAN);
  }

  set aio_data(value: bigint | number) {
    const data = toBigInt('aio_data', value, 0n, MAX_U64);
    this.#view.setBigUint64(field.aio_data, data, LITTLE_ENDIAN);
  }

  /** Written by the kernel (0) on submission; must be 0 for io_cancel. */
  get aio_key(): number {
    return this.#view.getUint32(field.aio_key, LITTLE_ENDIAN);
  }

  set aio_key(value: number) {
    this.#setUint32('aio_key', field.aio_key, value, 0);
  }

  /** RWF_* flags of a read or write; 0 for everything else. */
  get aio_rw_flags(): number {
    return this.#view.getUint32(field.aio_rw_flags, LITTLE_ENDIAN);
  }

  set aio_rw_flags(value: number) {
    this.#setUint32('aio_rw_flags', field.aio_rw_flags, value, MIN_S32);
  }

  /** What to do: IOCB_CMD_*. */
  get aio_lio_opcode(): number {
    return this.#view.getUint16(field.aio_lio_opcode, LITTLE_ENDIAN);
  }

  set aio_lio_opcode(value: number) {
    checkInteger('aio_lio_opcode', value, 0, 0xffff);
    this.#view.setUint16(field.aio_lio_opcode, value, LITTLE_ENDIAN);
  }

  /** The I/O priority (see {@link ioprio_value}), used with IOCB_FLAG_IOPRIO only. -2^15 to 2^16 - 1. */
  get aio_reqprio(): number {
    return this.#view.getInt16(field.aio_reqprio, LITTLE_ENDIAN);
  }

  set aio_reqprio(value: number) {
    // A class of 4 or more sets the field's sign bit.
    checkInteger('aio_reqprio', value, -0x8000, 0xffff);
    this.#view.setInt16(field.aio_reqprio, value, LITTLE_ENDIAN);
  }

  /** The descriptor, looked up on submission; unsigned in the kernel's struct, so -1 reads 4294967295. */
  get aio_fildes(): number {
    return this.#view.getUint32(field.aio_fildes, LITTLE_ENDIAN);
  }

  set aio_fildes(value: number) {
    this.#setUint32('aio_fildes', field.aio_fildes, value, MIN_S32);
  }

  /**
   * The address of the buffer, or of the iovecs; for a poll the mask of events.
   *
   * Set to a view or an {@link IoVecArray}, the slab keeps that alive while the kernel may use it,
   * and {@link io_submit} checks that `aio_nbytes` stays within it. Set to a number, it is as in C:
   * nobody checks it, and keeping it valid is up to you.
   */
  get aio_buf(): bigint {
    return this.#view.getBigUint64(field.aio_buf, LITTLE_ENDIAN);
  }

  set aio_buf(value: AioBuf) {
    let address: bigint;
    let owner: object | null = null;
    if (value === null) {
      address = 0n;
    } else if (typeof value === 'bigint' || typeof value === 'number') {
      address = toBigInt('aio_buf', value, 0n, MAX_U64);
    } else {
      owner = value;
      address = BigInt(value instanceof IoVecArray ? addressOfVectors(value) : addressOf(value));
    }
    this.#view.setBigUint64(field.aio_buf, address, LITTLE_ENDIAN);
    this.#slab.keep(this.#slot, owner);
  }

  /** How many bytes; for PREADV and PWRITEV how many iovecs (at most 1024). 0 to 2^64 - 1. */
  get aio_nbytes(): bigint {
    return this.#view.getBigUint64(field.aio_nbytes, LITTLE_ENDIAN);
  }

  set aio_nbytes(value: bigint | number) {
    const nbytes = toBigInt('aio_nbytes', value, 0n, MAX_U64);
    this.#view.setBigUint64(field.aio_nbytes, nbytes, LITTLE_ENDIAN);
  }

  /** Where in the file, in bytes; the kernel refuses a negative one (EINVAL). */
  get aio_offset(): bigint {
    return this.#view.getBigInt64(field.aio_offset, LITTLE_ENDIAN);
  }

  set aio_offset(value: bigint | number) {
    const offset = toBigInt('aio_offset', value, MIN_S64, MAX_S64);
    this.#view.setBigInt64(field.aio_offset, offset, LITTLE_ENDIAN);
  }

  /** Must be 0 (else EINVAL). */
  get aio_reserved2(): bigint {
    return this.#view.getBigUint64(field.aio_reserved2, LITTLE_ENDIAN);
  }

  set aio_reserved2(value: bigint | number) {
    const reserved = toBigInt('aio_reserved2', value, 0n, MAX_U64);
    this.#view.setBigUint64(field.aio_reserved2, reserved, LITTLE_ENDIAN);
  }

  /** IOCB_FLAG_*: which of `aio_resfd` and `aio_reqprio` count. */
  get aio_flags(): number {
    return this.#view.getUint32(field.aio_flags, LITTLE_ENDIAN);
  }

  set aio_flags(value: number) {
    this.#setUint32('aio_flags', field.aio_flags, value, 0);
  }

  /** The eventfd to signal on completion, used with IOCB_FLAG_RESFD only. */
  get aio_resfd(): number {
    return this.#view.getUint32(field.aio_resfd, LITTLE_ENDIAN);
  }

  set aio_resfd(value: number) {
    this.#setUint32('aio_resfd', field.aio_resfd, value, MIN_S32);
  }

  #setUint32(name: string, offset: number, value: number, min: number): void {
    checkInteger(name, value, min, MAX_U32);
    this.#view.setUint32(offset, value, LITTLE_ENDIAN);
  }

  static {
    slabOf = (iocb) => iocb.#slab;
    slotOf = (iocb) => iocb.#slot;
    opcodeOf = (iocb) => iocb.#view.getUint16(field.aio_lio_opcode, LITTLE_ENDIAN);
    // By halves: a BigInt takes long to make, and this is asked for with each submission.
    nbytesOf = (iocb) =>
      iocb.#view.getUint32(field.aio_nbytes + LOW, LITTLE_ENDIAN) +
      iocb.#view.getUint32(field.aio_nbytes + HIGH, LITTLE_ENDIAN) * 2 ** 32;
  }
}

/** The slab that is submitted, whatever an iocb says itself by now; so do the others. */
export function slabOfIocb(iocb: Iocb): IocbSlab {
  return slabOf(iocb);
}

export function slotOfIocb(iocb: Iocb): number {
  return slotOf(iocb);
}

export function opcodeOfIocb(iocb: Iocb): number {
  return opcodeOf(iocb);
}

/** Exact up to 2^53, and beyond it no less than that. */
export function nbytesOfIocb(iocb: Iocb): number {
  return nbytesOf(iocb);
}
