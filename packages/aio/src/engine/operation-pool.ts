import { Operation } from './operation.js';

/** Operations that have settled, to be used again, and the number that tells one use from the next. */
export class OperationPool {
  readonly #spare: Operation[] = [];
  #generation = 0;

  /** One to fill in. */
  create(): Operation {
    const operation = this.#spare.pop() ?? new Operation();
    operation.generation = this.nextGeneration();
    return operation;
  }

  /** For what has a slot, but is no operation. */
  nextGeneration(): number {
    return (this.#generation = (this.#generation + 1) >>> 0);
  }

  /** Takes one back that nobody waits for any more, nor the kernel has. */
  recycle(operation: Operation): void {
    const { file, epoch } = operation;
    operation.clear();
    this.#spare.push(operation);
    if (epoch !== null) file?.writes.leave(epoch);
    file?.end();
  }
}
