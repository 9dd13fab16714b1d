/** Of so many at least one is tried. */
const MOST_SKIPPED = 64;

/** Something is worth a try as long as it succeeds, and the rarer the more often it has failed. */
export class RarerTries {
  #skipped = 0;
  /** How many are to be skipped after the next failure. */
  #patience = 1;

  /** Whether it is to be tried this time. */
  isDue(): boolean {
    if (this.#skipped === 0) return true;
    this.#skipped--;
    return false;
  }

  succeeded(): void {
    this.#patience = 1;
  }

  failed(): void {
    this.#skipped = this.#patience;
    this.#patience = Math.min(2 * this.#patience, MOST_SKIPPED);
  }
}
