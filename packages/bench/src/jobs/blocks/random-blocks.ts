/** Chooses blocks; the same ones for every driver of ours. */
export interface BlockOrder {
  next(): number;
}

/**
 * Random block numbers by Marsaglia's xorshift32: a few instructions, so that choosing costs
 * nothing beside reading.
 */
export class RandomBlocks implements BlockOrder {
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

const GOLDEN = (Math.sqrt(5) - 1) / 2;

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** All blocks far apart, and each once before any comes again: for what must be read cold. */
export class EachBlockOnce implements BlockOrder {
  readonly #blocks: number;
  readonly #stride: number;
  #block: number;

  constructor(seed: number, blocks: number) {
    let stride = Math.max(1, Math.round(blocks * GOLDEN));
    while (greatestCommonDivisor(stride, blocks) !== 1) stride++;
    this.#blocks = blocks;
    this.#stride = stride;
    this.#block = (seed >>> 0) % blocks;
  }

  next(): number {
    this.#block = (this.#block + this.#stride) % this.#blocks;
    return this.#block;
  }
}
