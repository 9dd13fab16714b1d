import { errnoError } from 'aio-bind';
import { bytesOf, viewBytes } from '../engine/addresses.js';
import type { BufferOperation } from '../operations/buffer-operations.js';
import type { AioOperation } from '../operations/operation.js';
import type { OperationState } from '../operations/operation-state.js';
import type { VectorOperation } from '../operations/vector-operations.js';

/** The bytes that an operation of this kind transferred. */
export type TransferredBytes<O> = O extends BufferOperation
  ? Buffer
  : O extends VectorOperation
    ? Buffer[]
    : null;

/** The first `bytes` of a view; no copy. */
function firstBytes(view: NodeJS.ArrayBufferView, bytes: number): Buffer {
  const { buffer, byteOffset } = bytesOf(view);
  return Buffer.from(buffer, byteOffset, bytes);
}

/**
 * The first `bytes` of several views: what is in each, as far as there is anything in it.
 *
 * @param lengths - how many bytes of each the kernel was given: a view may have grown or shrunk since
 */
function firstBytesOf(
  views: readonly NodeJS.ArrayBufferView[],
  lengths: readonly number[],
  bytes: number,
): Buffer[] {
  const pieces: Buffer[] = [];
  let left = bytes;
  for (const [index, view] of views.entries()) {
    if (left === 0) break;
    const length = Math.min(left, lengths[index] ?? 0);
    const there = Math.min(length, viewBytes(view));
    if (there > 0) pieces.push(firstBytes(view, there));
    left -= length;
  }
  return pieces;
}

/**
 * How an operation ended. It stays as it is when the operation is set anew and submitted again.
 *
 * @see io_getevents(2), struct io_event
 */
export class AioEvent<O extends AioOperation = AioOperation> {
  /** The operation, which can be changed and submitted again from now on. */
  readonly operation: O;
  /** The buffer that was read into or written; null for other operations. */
  readonly buffer: O extends BufferOperation ? NodeJS.ArrayBufferView : null;
  /** The buffers of a `readv` or `writev`; null for other operations. */
  readonly buffers: O extends VectorOperation ? readonly NodeJS.ArrayBufferView[] : null;
  /**
   * How many bytes were read or written, 0 for a sync, POLL* bits for a poll (0 where it was cancelled);
   * a negative errno where it failed: see {@link AioEvent.error}.
   */
  readonly result: number;
  /** A second result that a few drivers give; else 0. */
  readonly result2: number;
  readonly #lengths: readonly number[];
  #error: NodeJS.ErrnoException | null | undefined;

  /** @hidden */
  constructor(state: OperationState, result: number, result2: number) {
    this.operation = state.operation as O;
    this.buffer = state.buffer as this['buffer'];
    this.buffers = state.buffers as this['buffers'];
    this.#lengths = state.lengths;
    this.result = result;
    this.result2 = result2;
  }

  /**
   * An Error like Node's own where the operation failed: `code` 'EIO', negative `errno`, `syscall` 'read';
   * else null.
   */
  get error(): NodeJS.ErrnoException | null {
    this.#error ??= this.result < 0 ? errnoError(this.result, this.operation.command) : null;
    return this.#error;
  }

  /**
   * The bytes that were read, or written: of the buffer, or of each of the buffers as far as there is
   * anything in it. No copies, so what is read into the buffer next is seen here. Null for operations
   * without memory.
   *
   * @throws {@link AioEvent.error} - it failed
   */
  bytes(): TransferredBytes<O> {
    if (this.error !== null) throw this.error;
    const { buffer, buffers, result } = this;
    let bytes: Buffer | Buffer[] | null = null;
    if (buffer !== null) bytes = firstBytes(buffer, result);
    else if (buffers !== null) bytes = firstBytesOf(buffers, this.#lengths, result);
    return bytes as TransferredBytes<O>;
  }
}
