import { IOCB_CMD_PREAD, IOCB_CMD_PWRITE } from 'aio-bind';
import { checkInteger } from '../argument-errors.js';
import { bytesOf, viewAddress, viewBytes } from '../engine/addresses.js';
import { checkView } from './memory.js';
import { type CarriedOver, stateOf, stateToChange } from './operation-base.js';
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
   * Do not transfer it away, on whatever thread, while the operation is in flight; with `fs` you must not either.
   */
  get buffer(): NodeJS.ArrayBufferView {
    return stateOf(this).buffer!;
  }

  set buffer(buffer: NodeJS.ArrayBufferView) {
    const state = stateToChange(this, 'buffer');
    checkView('buffer', buffer);
    state.image.buf = viewAddress(buffer);
    state.image.nbytes = state.length = viewBytes(buffer);
    state.buffer = buffer;
  }

  /**
   * How many bytes to transfer, 0 to those of the buffer; the kernel transfers 0x7ffff000 at most in one
   * operation.
   */
  get length(): number {
    return stateOf(this).length;
  }

  set length(length: number) {
    const state = stateToChange(this, 'length');
    // Not this.buffer, which a subclass may have made its own.
    const buffer = state.buffer!;
    checkInteger('length', length, 0, viewBytes(buffer));
    // One that reached beyond its memory when it was set had no place there.
    state.image.buf = viewAddress(buffer);
    state.length = state.image.nbytes = length;
  }

  /** @hidden */
  protected override carriedOver(): CarriedOver {
    const { buffer, length } = this;
    const whole = length === viewBytes(buffer);
    const part = whole ? buffer : bytesOf(buffer).subarray(0, length);
    return { ...super.carriedOver(), buffer, length, buffers: [part] };
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
