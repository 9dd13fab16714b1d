import { Fifo } from '../engine/fifo.js';
import type { OpenFile } from '../engine/open-file.js';

interface Turn {
  readonly file: OpenFile;
  readonly begin: () => void;
}

/**
 * Has the writes through one descriptor of a file wait for those through another, in order. Writes through the
 * same go together.
 *
 * A buffered write reads the rest of its page from the disk. Where a direct write to that rest is in
 * flight, the page may have what was there before, and write that back later: two writes that do not even
 * overlap, and one of them is undone. (The kernel finds a dirty page when the direct write ends, and logs
 * "Possible data corruption due to collision with buffered I/O".)
 */
export class WriteTurns {
  #whose: OpenFile | null = null;
  readonly #waiting = new Fifo<Turn>();
  /** Those whose turn it was are still under way. */
  #isChanging = false;
  #isGoing = false;

  /** @param begin - called when it is its turn; enters the file's write barrier */
  take(file: OpenFile, begin: () => void): void {
    this.#waiting.push({ file, begin });
    this.#goOn();
  }

  #goOn(): void {
    if (this.#isGoing) return;
    this.#isGoing = true;
    try {
      for (let next = this.#next(); next !== undefined; next = this.#next()) {
        if (next.file === this.#whose) {
          this.#waiting.shift();
          next.begin();
        } else this.#changeTo(next.file);
      }
    } finally {
      this.#isGoing = false;
    }
  }

  #next(): Turn | undefined {
    return this.#isChanging ? undefined : this.#waiting.peek();
  }

  #changeTo(file: OpenFile): void {
    const changed = (): void => {
      this.#isChanging = false;
      this.#whose = file;
      this.#goOn();
    };
    this.#isChanging = true;
    if (this.#whose === null) changed();
    else this.#whose.writes.after(changed);
  }
}
