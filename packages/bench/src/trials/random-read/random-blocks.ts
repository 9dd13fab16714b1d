/**
 * Random block numbers by Marsaglia's xorshift32: a few instructions, so that choosing costs
 * nothing beside reading, and the same for every driver of ours.
 */
export class RandomBlocks {
  #state: number;
  readonly #scale: number;

  constructor(seed: number, blocks: number) {
    // Zero is the one state that xorshift never leaves.
    this.#state = seed | 0 || 1;
    this.#scale = blocks / 2 ** 32;
  }

  next(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return Math.floor((state >>> 0) * this.#scale);
  }
}
