import { IoVecArray } from 'aio-bind';
import { bytesOf, viewBytes } from './addresses.js';

/** The pieces of memory of a readv or writev, as the kernel takes them. */
export class Vectors {
  readonly views: readonly ArrayBufferView[];
  readonly #iov: IoVecArray;

  constructor(views: readonly ArrayBufferView[]) {
    this.views = views;
    this.#iov = new IoVecArray(views);
  }

  get address(): number {
    return this.#iov.address;
  }

  /** How many there are. */
  get count(): number {
    return this.views.length;
  }

  /** What is left when the first `bytes` are done. */
  after(bytes: number): Vectors {
    let left = bytes;
    const rest: ArrayBufferView[] = [];
    for (const view of this.views) {
      const bytes = viewBytes(view);
      const skipped = Math.min(left, bytes);
      left -= skipped;
      if (skipped === 0) rest.push(view);
      else if (skipped < bytes) rest.push(bytesOf(view).subarray(skipped));
    }
    return new Vectors(rest);
  }
}
