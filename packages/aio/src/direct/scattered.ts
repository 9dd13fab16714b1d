import { memoryIsGone } from '../argument-errors.js';
import { bytesOf } from '../engine/addresses.js';
import type { Operation } from '../engine/operation.js';

/** The caller's memory of one transfer, piece behind piece, as one range of bytes. */
export class Scattered {
  readonly #pieces: readonly Uint8Array[];
  readonly #lengths: readonly number[];

  constructor({ memory, vectors, viewOffset, bytes }: Operation) {
    this.#pieces =
      vectors === null
        ? [bytesOf(memory as ArrayBufferView).subarray(viewOffset, viewOffset + bytes)]
        : vectors.views.map(bytesOf);
    this.#lengths = this.#pieces.map(({ length }) => length);
  }

  /** Fills `target` with what begins at `start`, in bytes. */
  copyTo(target: Uint8Array, start: number): void {
    this.#each(start, target.length, (piece, at) => {
      target.set(piece, at);
    });
  }

  /** Puts `source` to where `start` is, in bytes. */
  copyFrom(source: Uint8Array, start: number): void {
    this.#each(start, source.length, (piece, at) => {
      piece.set(source.subarray(at, at + piece.length));
    });
  }

  /** @param visit - is given what of each piece is within the range, and where in the range that is */
  #each(start: number, length: number, visit: (piece: Uint8Array, at: number) => void): void {
    let before = 0;
    for (const [index, piece] of this.#pieces.entries()) {
      const from = Math.max(start - before, 0);
      const to = Math.min(start + length - before, this.#lengths[index]!);
      if (from < to) {
        if (piece.length < to) throw memoryIsGone();
        visit(piece.subarray(from, to), before + from - start);
      }
      before += this.#lengths[index]!;
    }
  }
}
