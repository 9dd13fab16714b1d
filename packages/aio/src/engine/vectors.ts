import { IoVecArray } from 'aio-bind';
import { bytesOf, viewBytes } from './addresses.js';

/** The pieces of memory of a readv or writev, as the kernel takes them. */
export class Vectors {
  readonly views: readonly ArrayBufferView[];
  /** What they were before anything of them was done. */
  readonly whole: readonly ArrayBufferView[];
  /** In bytes, as the kernel has been told. */
  readonly #lengths: readonly number[];
  readonly #iov: IoVecArray;

  constructor(views: readonly ArrayBufferView[], whole: readonly ArrayBufferView[] = views) {
    this.views = views;
    this.whole = whole;
    this.#lengths = views.map(viewBytes);
    this.#iov = new IoVecArray(views);
  }

  get address(): number {
    return this.#iov.address;
  }

  /** How many there are. */
  get count(): number {
    return this.views.length;
  }

  /**
   * What is left when the first `bytes` are done.
   *
   * @returns null where some of that memory has been detached, or cut off
   */
  after(bytes: number): Vectors | null {
    let left = bytes;
    const rest: ArrayBufferView[] = [];
    for (const [i, view] of this.views.entries()) {
      const length = this.#lengths[i]!;
      const skipped = Math.min(left, length);
      left -= skipped;
      if (skipped === length) continue;
      if (viewBytes(view) < length) return null;
      rest.push(bytesOf(view).subarray(skipped, length));
    }
    return new Vectors(rest, this.whole);
  }
}
