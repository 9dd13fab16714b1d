import { IoVecArray } from 'aio-bind';

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
      const { buffer, byteOffset, byteLength } = view;
      const skipped = Math.min(left, byteLength);
      left -= skipped;
      if (skipped === 0) rest.push(view);
      else if (skipped < byteLength) {
        rest.push(new Uint8Array(buffer, byteOffset + skipped, byteLength - skipped));
      }
    }
    return new Vectors(rest);
  }
}
