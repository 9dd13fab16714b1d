/** Writes that were issued between two syncs. */
export interface Epoch {
  pending: number;
  /** The sync that waits for this epoch and those before it. */
  sync: (() => void) | null;
}

/**
 * Lets a sync of a file go only when every write that was issued before it has settled, without
 * holding up the writes that come after.
 */
export class WriteBarrier {
  #current: Epoch = { pending: 0, sync: null };
  /** Those before the current one, oldest first; each has its sync. */
  readonly #closed: Epoch[] = [];
  #count = 0;

  /** Every write has settled. */
  get isIdle(): boolean {
    return this.#closed.length === 0 && this.#current.pending === 0;
  }

  /** How many writes have been issued. */
  get count(): number {
    return this.#count;
  }

  /** A write is issued. */
  enter(): Epoch {
    this.#count++;
    this.#current.pending++;
    return this.#current;
  }

  /** A write is issued on behalf of one that has entered, and has not left. */
  join(epoch: Epoch): Epoch {
    epoch.pending++;
    return epoch;
  }

  /** A write has settled. */
  leave(epoch: Epoch): void {
    epoch.pending--;
    this.#release();
  }

  /** Calls `sync` once everything that has entered until now has left; at once if it has. */
  after(sync: () => void): void {
    const current = this.#current;
    if (this.isIdle) {
      sync();
      return;
    }
    current.sync = sync;
    this.#closed.push(current);
    this.#current = { pending: 0, sync: null };
  }

  #release(): void {
    while (this.#closed[0]?.pending === 0) this.#closed.shift()?.sync?.();
  }
}
