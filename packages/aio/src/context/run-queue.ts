import { constants } from 'node:os';
import { errnoError } from 'aio-bind';
import { Fifo } from '../engine/fifo.js';
import type { OperationState } from '../operations/operation-state.js';
import type { KernelContext } from './kernel-context.js';
import type { Run } from './run.js';

const { EAGAIN } = constants.errno;

/** How many are submitted between two looks at the clock. */
const CHUNK = 128;

/** Operations that are awaited: those that wait for room, and those that the kernel has. */
export class RunQueue {
  readonly #kernel: KernelContext;
  readonly #waiting = new Fifo<Run>();
  /** Of those that wait, the ones that go next. */
  #next: Run[] = [];
  /** How many of these have been neither submitted nor taken back. */
  #unsubmitted = 0;
  readonly #runs = new Map<OperationState, Run>();
  /** How many somebody still waits for. */
  #awaited = 0;

  constructor(kernel: KernelContext) {
    this.#kernel = kernel;
  }

  get awaited(): number {
    return this.#awaited;
  }

  /** How many have not ended, though nobody may wait for them any more. */
  get length(): number {
    return this.#runs.size;
  }

  /** Whether there is anything to submit. */
  get hasWaiting(): boolean {
    return this.#unsubmitted > 0;
  }

  get(state: OperationState): Run | undefined {
    return this.#runs.get(state);
  }

  add(run: Run): void {
    this.#runs.set(run.state, run);
    this.#waiting.push(run);
    this.#unsubmitted++;
    this.#awaited++;
  }

  /** The kernel is done with it. */
  end(run: Run, result: number, result2: number): void {
    this.#noLongerAwaited(run);
    this.#runs.delete(run.state);
    run.end(result, result2);
  }

  /** Nobody is to wait for it any more. */
  fail(run: Run, error: Error): void {
    this.#noLongerAwaited(run);
    run.fail(error);
  }

  /** Takes back what the kernel does not have yet. */
  withdraw(run: Run, error: Error): void {
    this.#takeBack(run);
    this.fail(run, error);
  }

  /** The same for what the kernel has refused. */
  #refuse(run: Run, error: () => Error): void {
    this.#takeBack(run);
    this.#noLongerAwaited(run);
    run.failAtAwait(error);
  }

  #takeBack(run: Run): void {
    run.withdrawn = true;
    this.#unsubmitted--;
    this.#forgetWithdrawn();
    this.#runs.delete(run.state);
    run.state.land();
  }

  /**
   * Lets go of those that were taken back, whose turn may never come, and of their memory; once they are more than
   * the others, so that it costs each of them a constant time.
   */
  #forgetWithdrawn(): void {
    if (this.#next.length + this.#waiting.length <= 2 * this.#unsubmitted) return;
    this.#next = this.#next.filter((run) => !run.withdrawn);
    for (const run of this.#waiting.drain()) if (!run.withdrawn) this.#waiting.push(run);
  }

  /** Takes those back that the kernel does not have yet. */
  withdrawAll(error: () => Error, which: (run: Run) => boolean): void {
    for (const run of [...this.#runs.values()]) {
      // The signal of one, which is forgotten, may have another taken back.
      if (!run.submitted && !run.withdrawn && which(run)) this.withdraw(run, error());
    }
  }

  #noLongerAwaited(run: Run): void {
    if (!run.settled) this.#awaited--;
  }

  /**
   * Submits some of those that wait, as far as there is room.
   *
   * @returns 'none' where there was nothing to submit or no room; 'full' where the kernel has no room
   * though there should be
   */
  submitSome(eventfd: number): 'some' | 'none' | 'full' {
    let batch = this.#nextBatch();
    // Something was wrong with each of them: those behind them go on.
    while (batch.length === 0 && this.hasWaiting && this.#kernel.room > 0)
      batch = this.#nextBatch();
    if (batch.length === 0) return 'none';
    const states = batch.map((run) => run.state);
    let taken: number;
    try {
      taken = this.#kernel.submit(states, eventfd);
    } catch (error) {
      const { errno = 0 } = error as NodeJS.ErrnoException;
      if (errno === -EAGAIN) return 'full';
      // The first was refused, and that is its own affair: the others go on.
      const [first] = this.#next.splice(0, 1);
      if (first !== undefined) this.#refuse(first, () => refusal(errno, first, error));
      return 'some';
    }
    for (const run of this.#next.splice(0, taken)) run.submitted = true;
    this.#unsubmitted -= taken;
    return 'some';
  }

  /** Those that go next. They stay until they have gone. */
  #nextBatch(): Run[] {
    const most = Math.min(this.#kernel.room, CHUNK);
    while (this.#next.length < most) {
      const run = this.#waiting.shift();
      if (run === undefined) break;
      if (!run.withdrawn) this.#next.push(run);
    }
    // It has been some time since they were looked at; and the getters of somebody's objects may cancel, submit or
    // detach anything, so these come first.
    for (const run of this.#next.slice(0, most)) {
      const problem = run.withdrawn ? null : run.state.lookAtFile();
      if (problem !== null) this.#withdrawUnsubmitted(run, problem);
    }
    for (const run of [...this.#next]) {
      const problem = run.withdrawn ? null : run.state.memoryProblem();
      if (problem !== null) this.#withdrawUnsubmitted(run, problem);
    }
    if (this.#next.some((run) => run.withdrawn)) {
      this.#next = this.#next.filter((run) => !run.withdrawn);
    }
    return this.#next.slice(0, Math.min(this.#kernel.room, most));
  }

  /** Unless what was looked at has had it cancelled, or submitted. */
  #withdrawUnsubmitted(run: Run, problem: Error): void {
    if (!run.withdrawn && !run.submitted) this.withdraw(run, problem);
  }
}

/** What is wrong with an operation, as its own error rather than that of io_submit(2). */
function refusal(errno: number, { operation }: Run, error: unknown): Error {
  return errno < 0 ? errnoError(errno, operation.command) : (error as Error);
}
