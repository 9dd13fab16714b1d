import { IOCB_CMD_PREADV, IOCB_CMD_PWRITEV, IoVecArray } from 'aio-bind';
import { checkInteger, invalidType } from '../argument-errors.js';
import { viewBytes } from '../engine/addresses.js';
import { checkView } from './memory.js';
import { type CarriedOver, stateOf, stateToChange } from './operation-base.js';
import { TransferOperation, type TransferOptions } from './transfer-operation.js';

/** What a read or write of several buffers is made with. */
export interface VectorOptions extends TransferOptions {
  /** The memory, in order: Buffers, TypedArrays or DataViews, 1024 at most. */
  readonly buffers: readonly NodeJS.ArrayBufferView[];
}

/** IOV_MAX (linux/uio.h). */
const MAX_BUFFERS = 1024;

/** A read or write of several buffers. */
export abstract class VectorOperation extends TransferOperation {
  #iov = new IoVecArray(0);

  /** @hidden */
  constructor(opcode: number, options: VectorOptions) {
    super(opcode, options);
    this.buffers = options.buffers;
  }

  /**
   * The memory, in order, 1024 pieces at most; a copy of the list that was given.
   *
   * Do not transfer any of it away, on whatever thread, while the operation is in flight; with `fs` you must not
   * either.
   */
  get buffers(): readonly NodeJS.ArrayBufferView[] {
    return stateOf(this).buffers!;
  }

  set buffers(buffers: readonly NodeJS.ArrayBufferView[]) {
    const state = stateToChange(this, 'buffers');
    if (!Array.isArray(buffers)) throw invalidType('buffers', 'an array', buffers);
    const views = Array.from(buffers as readonly NodeJS.ArrayBufferView[]);
    // Its iterator may be somebody's own, and have submitted the operation.
    state.checkChange('buffers');
    checkInteger('buffers.length', views.length, 0, MAX_BUFFERS);
    for (const [index, view] of views.entries()) checkView(`buffers[${index}]`, view);
    this.#iov = new IoVecArray(views);
    state.image.buf = this.#iov.address;
    state.image.nbytes = views.length;
    state.lengths = views.map(viewBytes);
    state.buffers = Object.freeze(views);
  }

  /** @hidden */
  protected override carriedOver(): CarriedOver {
    const { buffers } = this;
    const [first] = buffers;
    const single = buffers.length === 1 && first !== undefined ? { buffer: first } : {};
    return { ...super.carriedOver(), ...single, buffers };
  }
}

/**
 * Reads into several buffers (IOCB_CMD_PREADV), one after another. The result is how many bytes were read
 * in all.
 *
 * @see preadv(2)
 */
export class ReadvOperation extends VectorOperation {
  readonly command = 'readv';

  /**
   * @throws TypeError - ERR_INVALID_ARG_TYPE
   * @throws RangeError - ERR_OUT_OF_RANGE
   */
  constructor(options: VectorOptions) {
    super(IOCB_CMD_PREADV, options);
  }
}

/**
 * Writes several buffers (IOCB_CMD_PWRITEV), one after another. The result is how many bytes were written
 * in all.
 *
 * @see pwritev(2)
 */
export class WritevOperation extends VectorOperation {
  readonly command = 'writev';

  /**
   * @throws TypeError - ERR_INVALID_ARG_TYPE
   * @throws RangeError - ERR_OUT_OF_RANGE
   */
  constructor(options: VectorOptions) {
    super(IOCB_CMD_PWRITEV, options);
  }
}
