import { performance } from 'node:perf_hooks';
import type { Admission } from './admission.js';
import type { Collector } from './collector.js';
import type { KernelPort } from './kernel-port.js';
import type { OperationPool } from './operation-pool.js';
import type { Outcomes } from './outcomes.js';
import { nextTick, setTimeout } from './own-timers.js';
import type { ReadBatch } from './read-batch.js';
import type { Submissions } from './submissions.js';
import type { Sweep } from './sweep.js';
import { Turn } from './turn.js';

/** What a flush needs of the engine. */
export interface FlushParts {
  readonly port: KernelPort;
  readonly pool: OperationPool;
  readonly admission: Admission;
  readonly submissions: Submissions;
  readonly collector: Collector;
  readonly outcomes: Outcomes;
}

/**
 * Flushes: each submits what waits, and collects what has ended. One comes at the end of a tick in which something was asked
 * for, takes no longer than a turn's share, and leaves the rest to one in the next.
 */
export class Flushes {
  readonly #port: KernelPort;
  readonly #pool: OperationPool;
  readonly #admission: Admission;
  readonly #submissions: Submissions;
  readonly #collector: Collector;
  readonly #outcomes: Outcomes;
  readonly #turn: Turn;
  readonly #flushNow: () => void;
  #isDue = false;
  #isFlushing = false;
  /** Something was asked for by who heard of a result, or of a beginning, in a flush. */
  #askedMeanwhile = false;
  /** Of those that {@link Flushes.#submitNext} serves. */
  #whoseTurn = 0;
  #batchBegan = 0;
  #looksAgain = false;

  constructor({ port, pool, admission, submissions, collector, outcomes }: FlushParts) {
    this.#port = port;
    this.#pool = pool;
    this.#admission = admission;
    this.#submissions = submissions;
    this.#collector = collector;
    this.#outcomes = outcomes;
    this.#flushNow = () => {
      this.flush();
    };
    this.#turn = new Turn(() => {
      submissions.batches.forget();
      if (this.#isDue) this.flush();
    });
  }

  /** When the first operation of the coming batch was asked for, in ms, as performance.now() has it. */
  get batchBegan(): number {
    return this.#batchBegan;
  }

  /** Something has taken of the time of this turn of the event loop. */
  get isInTurn(): boolean {
    return this.#turn.isRunning;
  }

  /** Nobody waits, for a flush, for room or for the kernel, and this turn has time for more. */
  isFree(now: number): boolean {
    if (this.#isDue || this.#isFlushing || this.#turn.isOver(now)) return false;
    return !this.#admission.hasWaiting && !this.#submissions.hasForKernel();
  }

  /** Nothing waits, nor is anything in flight. */
  get #isIdle(): boolean {
    const { inFlight, hasForThreads } = this.#submissions;
    return inFlight === 0 && !hasForThreads && !this.#submissions.hasForKernel();
  }

  /** Submits a sweep by itself, where {@link isFree}; a flush has what there is left to do then. */
  submitAtOnce(sweep: Sweep, now: number): void {
    let isDone = false;
    this.#turn.begin();
    sweep.began = this.#batchBegan = now;
    this.#isFlushing = true;
    try {
      this.#admission.takeSweepAtOnce(sweep);
      if (this.#submissions.batches.ranges.sweep === sweep) this.#submitRanges();
      sweep.endIfDone();
      isDone = sweep.hasEnded && this.#isIdle && !this.#askedMeanwhile;
    } finally {
      this.#isFlushing = false;
      this.#askedMeanwhile = false;
      if (!isDone) this.schedule();
    }
  }

  /** Has all that is asked for in this tick submitted together, at its end. */
  schedule(): void {
    if (this.#isDue) return;
    if (this.#isFlushing) {
      // Asked for by who has just heard of a result: the flush that is under way takes it along.
      this.#batchBegan = this.#outcomes.collectedAt;
      this.#askedMeanwhile = true;
      return;
    }
    this.#isDue = true;
    let isScheduled = false;
    try {
      this.#batchBegan = performance.now();
      // nextTick comes after all microtasks, so that a burst of awaits makes one batch. Where this turn
      // has had its share, the next begins with a flush.
      if (!this.#turn.isOver(this.#batchBegan)) nextTick(this.#flushNow);
      isScheduled = true;
    } finally {
      // There was no stack left for it: the next tries again.
      this.#isDue = isScheduled;
    }
  }

  /** The loop has just turned, and found that something has ended. */
  flushAfterTurn(): void {
    this.#flush(this.#hasForTurn);
  }

  /** Submits and collects until there is nothing to submit, or this turn has had its share. */
  flush(): void {
    // What has ended meanwhile may be asked for again and again, before the loop turns.
    this.#flush(this.#hasForTurn || this.#submissions.inFlight > 0);
  }

  /** There is something that takes of this turn's time; what is for the threads does not. */
  get #hasForTurn(): boolean {
    return this.#admission.hasWaiting || this.#submissions.hasForKernel();
  }

  #flush(takesTime: boolean): void {
    this.#isDue = false;
    if (takesTime) this.#turn.begin();
    this.#isFlushing = true;
    try {
      if (this.#submissions.inFlight > 0) this.#collector.collect();
      this.#admission.admitWaiting();
      this.#submitInTurn();
    } finally {
      this.#isFlushing = false;
    }
    if (this.#submissions.hasForThreads) {
      if (this.#submissions.threadsArePaused) this.#lookAgain();
      else this.#submissions.submitToThreads();
    }
    if (this.#askedMeanwhile) {
      this.#askedMeanwhile = false;
      // It may have come too late for that.
      const { hasWaiting, hasWaitingForThreads } = this.#admission;
      if (hasWaiting || hasWaitingForThreads || this.#submissions.hasForKernel()) this.schedule();
    }
    // The process stays while something is in flight.
    this.#port.holdLoop(this.#submissions.inFlight > 0);
    if (this.#submissions.isForgotten) this.#lookAgain();
  }

  #submitInTurn(): void {
    if (this.#submissions.hasForKernel()) this.#turn.begin();
    while (this.#submissions.hasForKernel()) {
      const taken = this.#submitNext();
      this.#admission.admitWaiting();
      // Full: the next completion brings us back, and where there is none to come, a timer.
      if (taken === 0) {
        this.#lookAgain();
        return;
      }
      if (this.#submissions.hasForKernel() && this.#turn.isOver(performance.now())) {
        this.#isDue = true;
        return;
      }
    }
  }

  /** What waits in the queue, reads and ranges take turns, so that none waits for the others' end. */
  #submitNext(): number {
    const { queuedForKernel, batches } = this.#submissions;
    const { reads, ranges } = batches;
    for (;;) {
      this.#whoseTurn = (this.#whoseTurn + 1) % 3;
      if (this.#whoseTurn === 0 && queuedForKernel > 0) return this.#submitQueued();
      if (this.#whoseTurn === 1 && reads.isReady) return this.#submitReads(reads.take());
      if (this.#whoseTurn === 2 && ranges.count > 0) return this.#submitRanges();
    }
  }

  #submitQueued(): number {
    const taken = this.#submissions.submitChunk();
    // That is its own affair: the others go on.
    if (taken < 0) this.#outcomes.cameBack(this.#submissions.takeRefused(), taken, true);
    this.#collector.collect();
    return taken;
  }

  #submitReads(batch: ReadBatch): number {
    batch.generation = this.#pool.nextGeneration();
    const { batches, queuedForKernel } = this.#submissions;
    const othersWait = queuedForKernel > 0 || batches.ranges.count > 0;
    const taken = batches.submitReads(batch, othersWait);
    const { others } = batch;
    this.#outcomes.collectedAt = performance.now();
    // First: events of reads that ended out of order are among those of others.
    this.#outcomes.readsCameBack(batch, taken);
    this.#collector.take(others);
    if (this.#submissions.inFlight > 0) this.#collector.collect();
    return taken;
  }

  #submitRanges(): number {
    const { batches } = this.#submissions;
    const taken = batches.submitRanges();
    this.#outcomes.collectedAt = performance.now();
    const { events } = batches.ranges.columns;
    // First: events of ranges that ended out of order are among those of others.
    if (taken !== 0) this.#outcomes.rangesCameBack(taken);
    this.#collector.take(events);
    if (this.#submissions.inFlight > 0) this.#collector.collect();
    return taken;
  }

  /** A flush comes next, so whoever asks for something meanwhile must not begin one. */
  #collectBeforeFlush(): void {
    this.#isFlushing = true;
    try {
      this.#collector.collect();
    } finally {
      this.#isFlushing = false;
    }
  }

  /**
   * Has a timer look for what nobody announces, and whatever is like it announced from now on, and for room that there
   * was not.
   */
  #lookAgain(): void {
    if (this.#looksAgain) return;
    setTimeout(() => {
      this.#looksAgain = false;
      this.#submissions.threadsArePaused = false;
      // Asked before the look too: what a thread ends between the two is not forgotten, only not seen yet.
      const { isForgotten } = this.#submissions;
      // All may have come by then, and the context may be gone.
      if (this.#submissions.inFlight > 0) this.#collectBeforeFlush();
      if (isForgotten && this.#submissions.isForgotten) this.#submissions.noteForgotten();
      this.flush();
    }, 1);
    this.#looksAgain = true;
  }
}
