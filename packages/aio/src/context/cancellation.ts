import type { OperationState } from '../operations/operation-state.js';
import { closedError } from './context-errors.js';
import type { KernelContext } from './kernel-context.js';
import type { Run } from './run.js';
import type { RunQueue } from './run-queue.js';

const isPoll = ({ operation }: { readonly operation: { readonly command: string } }): boolean =>
  operation.command === 'poll';

/** Takes back what the kernel does not have yet, and has it cancel what it can: polls. */
export class Cancellation {
  readonly #kernel: KernelContext;
  readonly #runs: RunQueue;

  constructor(kernel: KernelContext, runs: RunQueue) {
    this.#kernel = kernel;
    this.#runs = runs;
  }

  /** Nobody waits for it any more. Most operations cannot be cancelled: these go on. */
  giveUp(run: Run, error: Error): void {
    if (run.settled) return;
    if (!run.submitted) {
      this.#runs.withdraw(run, error);
      return;
    }
    if (isPoll(run)) this.#kernel.cancel(run.state);
    this.#runs.fail(run, error);
  }

  /** @returns whether it is cancelled */
  cancel(state: OperationState): boolean {
    const run = this.#runs.get(state);
    if (run === undefined) return this.#kernel.cancel(state);
    if (!run.submitted) {
      this.#runs.withdraw(run, run.cancelledError());
      return true;
    }
    const cancelled = this.#kernel.cancel(state);
    run.cancelled ||= cancelled;
    return cancelled;
  }

  /** The context ends: polls would not. */
  endPolls(): void {
    this.#runs.withdrawAll(closedError, isPoll);
    this.#cancelPolls();
  }

  /** The same, and nothing more is begun. */
  endAll(): void {
    this.#runs.withdrawAll(closedError, () => true);
    this.#cancelPolls();
  }

  #cancelPolls(): void {
    for (const state of this.#kernel.states()) if (isPoll(state)) this.cancel(state);
  }
}
