import { performance } from 'node:perf_hooks';
import { IoRangeArray } from 'aio-bind';
import type { KernelPort } from './kernel-port.js';
import type { Outcomes } from './outcomes.js';
import type { SlotTable } from './slot-table.js';
import type { Submissions } from './submissions.js';

/** Takes what has ended from the kernel and from the threads. */
export class Collector {
  readonly #port: KernelPort;
  readonly #slots: SlotTable;
  readonly #submissions: Submissions;
  readonly #outcomes: Outcomes;

  constructor(port: KernelPort, slots: SlotTable, submissions: Submissions, outcomes: Outcomes) {
    this.#port = port;
    this.#slots = slots;
    this.#submissions = submissions;
    this.#outcomes = outcomes;
  }

  collect(): void {
    this.#outcomes.collectedAt = performance.now();
    let count: number;
    do {
      count = this.#port.reap();
      this.take(count);
    } while (count === this.#port.room);
    do {
      count = this.#port.reapRefusals();
      this.take(count, true);
    } while (count === this.#port.room);
    this.#collectLate();
  }

  /**
   * Takes so many events, which the port has.
   *
   * @param areRefusals - of submit threads, rather than events of the kernel's
   */
  take(count: number, areRefusals = false): void {
    const port = this.#port;
    for (let i = 0; i < count; i++) {
      const slot = port.slotOf(i);
      if (!this.#slots.holds(slot, port.generationOf(i))) continue;
      this.#submissions.ended(slot);
      if (areRefusals) this.#outcomes.wasRefused(slot, port.resultOf(i), !port.hasSubmitThreads);
      else this.#outcomes.cameBack(slot, port.resultOf(i));
    }
  }

  #collectLate(): void {
    const { together } = this.#submissions.batches;
    const { lateSlot: slot, lateGeneration } = together;
    if (slot < 0) return;
    const result = together.reapLate();
    if (result === IoRangeArray.PENDING || !this.#slots.holds(slot, lateGeneration)) return;
    this.#submissions.ended(slot);
    this.#outcomes.cameBack(slot, result);
  }
}
