import { EachBlockOnce, RandomBlocks, type BlockOrder } from './random-blocks.js';
import type { BlocksWork } from './work.js';

/** Where the next transfer goes. One object is moved about: the hot path allocates nothing. */
export class Places {
  /** Counted through all files. */
  block = 0;
  /** Which of the files. */
  file = 0;
  /** The offset in that file. */
  position = 0;
  readonly #order: BlockOrder;
  readonly #blockSize: number;
  readonly #blocksPerFile: number;
  readonly #isOneFile: boolean;

  constructor({ seed, paths, blockSize, blocksPerFile, once }: BlocksWork) {
    const blocks = blocksPerFile * paths.length;
    this.#order = once ? new EachBlockOnce(seed, blocks) : new RandomBlocks(seed, blocks);
    this.#blockSize = blockSize;
    this.#blocksPerFile = blocksPerFile;
    this.#isOneFile = paths.length === 1;
  }

  next(): void {
    const block = this.#order.next();
    this.block = block;
    if (this.#isOneFile) {
      this.position = block * this.#blockSize;
      return;
    }
    this.file = Math.floor(block / this.#blocksPerFile);
    this.position = (block - this.file * this.#blocksPerFile) * this.#blockSize;
  }
}
