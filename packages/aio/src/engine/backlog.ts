import { Fifo } from './fifo.js';
import type { OperationPool } from './operation-pool.js';
import { Operation, WAITING, WITHDRAWN } from './operation.js';
import type { Sweep } from './sweep.js';

/** What waits for a slot, or for fewer bytes to be in flight: in order. */
export class Backlog {
  readonly #waiting = new Fifo<Operation | Sweep>();
  readonly #pool: OperationPool;

  constructor(pool: OperationPool) {
    this.#pool = pool;
  }

  /** How many operations and ranges there are that still want to go. */
  count(): number {
    let count = 0;
    for (const one of this.#waiting.items()) {
      if (!(one instanceof Operation)) count += one.left;
      else if (one.state === WAITING) count++;
    }
    return count;
  }

  /** How many operations and sweeps there are, with what was withdrawn. */
  get length(): number {
    return this.#waiting.length;
  }

  push(operation: Operation): void {
    this.#waiting.push(operation);
    operation.state = WAITING;
  }

  /** A sweep takes its turn again for each part of it. */
  pushSweep(sweep: Sweep): void {
    this.#waiting.push(sweep);
  }

  /** Either. */
  add(next: Operation | Sweep): void {
    if (next instanceof Operation) this.push(next);
    else this.pushSweep(next);
  }

  /** Has done with it at once, and passes it over when its turn comes: to find it among many would take long. */
  withdraw(operation: Operation): void {
    this.#pool.dismiss(operation);
  }

  /** Whose turn it is. */
  peek(): Operation | Sweep | undefined {
    for (;;) {
      const next = this.#waiting.peek();
      if (!(next instanceof Operation) || next.state !== WITHDRAWN) return next;
      this.#waiting.shift();
      this.#pool.reuse(next);
    }
  }

  shift(): void {
    this.#waiting.shift();
  }
}
