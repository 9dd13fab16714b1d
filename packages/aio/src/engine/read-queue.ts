import { ReadBatch } from './read-batch.js';

/** Batches of reads that wait to be submitted, in order: all but the last have no room for more. */
export class ReadQueue {
  readonly #spare: ReadBatch[] = [];
  readonly #recycle = (batch: ReadBatch): void => {
    this.#spare.push(batch);
  };
  readonly #full: ReadBatch[] = [];
  #filling: ReadBatch = new ReadBatch(this.#recycle);

  /** How many reads wait. */
  count(): number {
    return this.#full.reduce((sum, { count }) => sum + count, this.#filling.count);
  }

  /** Which batch a read of so many bytes is to be added to. */
  batchFor(bytes: number): ReadBatch {
    if (!this.#filling.takes(bytes)) {
      // First: it may fail, for want of stack or memory.
      const fresh = this.#fresh();
      this.#full.push(this.#filling);
      this.#filling = fresh;
    }
    return this.#filling;
  }

  /** Whether there is a batch to be taken. */
  get isReady(): boolean {
    return this.#first.isReady;
  }

  /** Takes the batch whose turn it is, of which there must be one. */
  take(): ReadBatch {
    const first = this.#first;
    if (first === this.#filling) this.#filling = this.#fresh();
    else this.#full.shift();
    return first;
  }

  /** Lets go of what is remembered of reads that have ended. */
  forget(): void {
    this.#filling.forget();
    for (const batch of this.#spare) batch.forget();
  }

  get #first(): ReadBatch {
    return this.#full.length === 0 ? this.#filling : this.#full[0]!;
  }

  #fresh(): ReadBatch {
    return this.#spare.pop() ?? new ReadBatch(this.#recycle);
  }
}
