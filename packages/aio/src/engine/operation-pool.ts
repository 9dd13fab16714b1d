import type { OpenFile } from './open-file.js';
import { IDLE, Operation, WITHDRAWN } from './operation.js';
import type { Epoch } from './write-barrier.js';

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
    leave(file, epoch);
  }

  /** The same for one that is in a queue still, and has to be {@link reuse}d when it comes out of there. */
  dismiss(operation: Operation): void {
    const { file, epoch } = operation;
    operation.clear();
    operation.state = WITHDRAWN;
    leave(file, epoch);
  }

  reuse(operation: Operation): void {
    operation.state = IDLE;
    this.#spare.push(operation);
  }
}

/** Last: whoever waits for that may begin anything. */
function leave(file: OpenFile | null, epoch: Epoch | null): void {
  if (epoch !== null) file?.writes.leave(epoch);
  file?.end();
}
