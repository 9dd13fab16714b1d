import type { IoVecArray } from './io-vec-array.js';

/**
 * A view of one `struct iovec`: a piece of memory in a vectored read or write.
 *
 * @see readv(2)
 */
export class IoVec {
  readonly #array: IoVecArray;
  readonly #index: number;

  constructor(array: IoVecArray, index: number) {
    this.#array = array;
    this.#index = index;
  }

  /** The address of the memory. Set to a view, the array keeps that alive. */
  get iov_base(): bigint {
    return this.#array.base(this.#index);
  }

  set iov_base(value: ArrayBufferView | bigint | number | null) {
    this.#array.setBase(this.#index, value);
  }

  /** How many bytes, 0 to 2^64 - 1. */
  get iov_len(): bigint {
    return this.#array.len(this.#index);
  }

  set iov_len(value: bigint | number) {
    this.#array.setLen(this.#index, value);
  }
}
