// Aligned memory for what is not aligned itself: one pool for a thread, so that handles that are
// idle hold none.
import { allocAligned } from 'aio-bind';
import { Fifo } from '../engine/fifo.js';

const PAGE = 4096;

interface Borrower {
  readonly bytes: number;
  readonly alignment: number;
  readonly lend: (block: Buffer) => void;
}

/**
 * Blocks of aligned memory that are lent, given back and lent again. Bounded: who asks for more waits, in
 * order.
 *
 * A block is given back when the kernel is done with it, never earlier; until then the operation that
 * names it keeps it, whoever else has given up on it.
 */
class BounceMemory {
  /** How many bytes may be lent at once, and how many are kept for the next. */
  readonly #most: number;
  readonly #kept: number;
  /** By their size, a power of two. */
  readonly #spare = new Map<number, Buffer[]>();
  readonly #waiting = new Fifo<Borrower>();
  #lentBytes = 0;
  #spareBytes = 0;

  constructor(most: number, kept: number) {
    this.#most = most;
    this.#kept = kept;
  }

  /**
   * A block of at least so many bytes, with whatever was in it before.
   *
   * @param alignment - of its address, a power of two
   */
  lend(bytes: number, alignment: number): Promise<Buffer> {
    return new Promise((lend) => {
      this.#waiting.push({
        bytes: Math.max(PAGE, 2 ** Math.ceil(Math.log2(bytes))),
        alignment,
        lend,
      });
      this.#serve();
    });
  }

  giveBack(block: Buffer, alignment: number): void {
    const { length } = block;
    this.#lentBytes -= length;
    // Devices that ask for more than a page are rare: theirs are left to the garbage collector.
    if (alignment <= PAGE && this.#spareBytes + length <= this.#kept) {
      this.#spareBytes += length;
      const blocks = this.#spare.get(length);
      if (blocks === undefined) this.#spare.set(length, [block]);
      else blocks.push(block);
    }
    this.#serve();
  }

  #serve(): void {
    for (let next = this.#waiting.peek(); next !== undefined; next = this.#waiting.peek()) {
      const { bytes, alignment, lend } = next;
      // One alone may be larger than everything.
      if (this.#lentBytes > 0 && this.#lentBytes + bytes > this.#most) return;
      this.#waiting.shift();
      this.#lentBytes += bytes;
      lend(this.#take(bytes, alignment));
    }
  }

  #take(bytes: number, alignment: number): Buffer {
    const block = alignment <= PAGE ? this.#spare.get(bytes)?.pop() : undefined;
    if (block === undefined) return allocAligned(bytes, Math.max(alignment, PAGE));
    this.#spareBytes -= bytes;
    return block;
  }
}

/** At most 32 MiB are lent at once, and 4 MiB kept. */
export const bounceMemory: BounceMemory = new BounceMemory(1 << 25, 1 << 22);
