import { IOCB_CMD_PREAD, IOCB_CMD_PWRITE } from 'aio-bind';
import { checkInteger } from '../argument-errors.js';
import { viewAddress } from '../engine/addresses.js';
import { checkView, shrinkage } from './memory.js';
import { type CarriedOver, imageToChange } from './operation-base.js';
import { TransferOperation, type TransferOptions } from './transfer-operation.js';

/** What a read or write of one buffer is made with. */
export interface BufferOptions extends TransferOptions {
  /** The memory: a Buffer, TypedArray or DataView. */
  readonly buffer: NodeJS.ArrayBufferView;
  /** How many bytes of it, from its first on; all unless given. */
  readonly length?: number | undefined;
}

/** A read or write of one buffer. */
export abstract class BufferOperation extends TransferOperation {
  #buffer: NodeJS.ArrayBufferView = new Uint8Array(0);
  #length = 0;

  /** @hidden */
  constructor(opcode: number, options: BufferOptions) {
    super(opcode, options);
    this.buffer = options.buffer;
    if (options.length !== undefined) this.length = options.length;
  }

  /**
   * The memory. Setting it sets {@link BufferOperation.length} to all of it. For a part that does not
   * begin at its start, give `buffer.subarray(...)`.
   *
   * Do not transfer it to another thread while the operation is in flight; with `fs` you must not either.
   */
  get buffer(): NodeJS.ArrayBufferView {
    return this.#buffer;
  }

  set buffer(buffer: NodeJS.ArrayBufferView) {
    const image = imageToChange(this, 'buffer');
    checkView('buffer', buffer);
    image.buf = viewAddress(buffer);
    image.nbytes = this.#length = buffer.byteLength;
    this.#buffer = buffer;
  }

  /**
   * How many bytes to transfer, 0 to those of the buffer; the kernel transfers 0x7ffff000 at most in one
   * operation.
   */
  get length(): number {
    return this.#length;
  }

  set length(length: number) {
    const image = imageToChange(this, 'length');
    checkInteger('length', length, 0, this.#buffer.byteLength);
    this.#length = image.nbytes = length;
  }

  /** @hidden */
  protected override carriedOver(): CarriedOver {
    const { buffer, length } = this;
    const whole = length === buffer.byteLength;
    const part = whole ? buffer : new Uint8Array(buffer.buffer, buffer.byteOffset, length);
    return { ...super.carriedOver(), buffer, length, buffers: [part] };
  }

  /** @hidden */
  protected override memoryProblem(): Error | null {
    return shrinkage('buffer', this.#buffer, this.#length);
  }
}

/**
 * Reads into a buffer (IOCB_CMD_PREAD). The result is how many bytes were read: less than asked for at
 * the end of the file, and with RWF_NOWAIT where the page cache ended.
 *
 * @see pread(2)
 */
export class ReadOperation extends BufferOperation {
  readonly command = 'read';

  /**
   * @throws TypeError - ERR_INVALID_ARG_TYPE; a string, which JavaScript cannot have written into, is
   * no buffer
   * @throws RangeError - ERR_OUT_OF_RANGE
   */
  constructor(options: BufferOptions) {
    super(IOCB_CMD_PREAD, options);
  }
}

/**
 * Writes a buffer (IOCB_CMD_PWRITE). The result is how many bytes were written.
 *
 * @see pwrite(2)
 */
export class WriteOperation extends BufferOperation {
  readonly command = 'write';

  /**
   * @throws TypeError - ERR_INVALID_ARG_TYPE
   * @throws RangeError - ERR_OUT_OF_RANGE
   */
  constructor(options: BufferOptions) {
    super(IOCB_CMD_PWRITE, options);
  }
}
