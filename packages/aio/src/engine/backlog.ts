import { Fifo } from './fifo.js';
import { type Operation, WAITING, WITHDRAWN } from './operation.js';

/** Operations that wait for a slot, or for fewer bytes to be in flight: in order. */
export class Backlog {
  readonly #operations = new Fifo<Operation>();
  readonly #recycle: (operation: Operation) => void;
  #withdrawn = 0;

  /** @param recycle - takes those that were withdrawn, when their turn has come */
  constructor(recycle: (operation: Operation) => void) {
    this.#recycle = recycle;
  }

  /** How many there are that still want to go. */
  get length(): number {
    return this.#operations.length - this.#withdrawn;
  }

  /** Whether there is nothing, not even of what was withdrawn. */
  get isEmpty(): boolean {
    return this.#operations.length === 0;
  }

  push(operation: Operation): void {
    operation.state = WAITING;
    this.#operations.push(operation);
  }

  /** Passes it over when its turn comes: to find it among many would take long. */
  withdraw(operation: Operation): void {
    operation.state = WITHDRAWN;
    this.#withdrawn++;
  }

  /** Takes the next one, if it fits. */
  shiftIf(fits: (operation: Operation) => boolean): Operation | undefined {
    for (;;) {
      const next = this.#operations.peek();
      if (next === undefined) return undefined;
      if (next.state === WITHDRAWN) {
        this.#operations.shift();
        this.#withdrawn--;
        this.#recycle(next);
      } else {
        return fits(next) ? this.#operations.shift() : undefined;
      }
    }
  }
}
