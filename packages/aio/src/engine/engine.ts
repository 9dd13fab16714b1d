import { performance } from 'node:perf_hooks';
import { IoRangeArray, type aio_context_t } from 'aio-bind';
import { Admission } from './admission.js';
import { readEndsInLine } from './attempt.js';
import type { Carrier } from './carrier.js';
import { Counters, type EngineStats } from './counters.js';
import { KernelPort } from './kernel-port.js';
import type { OpenFile } from './open-file.js';
import type { Operation } from './operation.js';
import { OperationPool } from './operation-pool.js';
import { OWN_POSITION } from './lone-read.js';
import { Outcomes } from './outcomes.js';
import { RangeBatch } from './range-batch.js';
import type { Read, ReadBatch, ReadInto } from './read-batch.js';
import { SlotTable } from './slot-table.js';
import { Submissions } from './submissions.js';
import type { Sweep } from './sweep.js';
import { operationEnd, operationStart } from './tracing.js';
import { Turn } from './turn.js';

/** A sweep of so many ranges is worth a submission of its own: it does not wait for what else this tick brings. */
const ENOUGH = 16;

/** How much may be in flight at once. */
export interface EngineLimits {
  /** Operations: what the context was set up for. */
  readonly depth: number;
  /** Bytes; a single operation may be larger. */
  readonly bytes: number;
  /** Threads for operations that may block. */
  readonly threads: number;
}

/**
 * Carries out operations by kernel AIO: collects those of a tick, submits them together, collects what
 * has completed, and gives to submit threads what the kernel cannot do without waiting.
 *
 * Every operation settles exactly once. Nothing here waits.
 */
export class Engine implements Carrier {
  readonly #port: KernelPort;
  readonly #slots: SlotTable;
  readonly #turn: Turn;

  readonly #pool = new OperationPool();
  readonly #admission: Admission;
  /** With a slot. */
  readonly #submissions: Submissions;
  readonly #outcomes: Outcomes;
  readonly #flushNow: () => void;
  readonly #wake: () => void;
  #flushIsDue = false;
  #isFlushing = false;
  /** Something was asked for by who heard of a result, or of a beginning, in a flush. */
  #askedMeanwhile = false;
  /** Of those that {@link Engine.#submitNext} serves. */
  #whoseTurn = 0;
  /** When the first operation of the coming batch was asked for. */
  #batchBegan = 0;

  #looksAgain = false;
  readonly #counters = new Counters();

  /** @param ctx - set up for `limits.depth` events; the engine's alone from now on */
  constructor(ctx: aio_context_t, { depth, bytes, threads }: EngineLimits) {
    const batch = new RangeBatch();
    this.#slots = new SlotTable(depth, bytes, batch.columns.slot);
    this.#flushNow = () => {
      this.#flush();
    };
    this.#wake = () => {
      this.#scheduleFlush();
    };
    this.#turn = new Turn(() => {
      this.#submissions.reads.forget();
      this.#submissions.loneRead.forget();
      if (this.#flushIsDue) this.#flush();
    });
    this.#port = new KernelPort(ctx, { slots: this.#slots.size, threads, onReady: this.#flushNow });
    this.#submissions = new Submissions(this.#port, this.#slots, batch, this.#counters);
    this.#outcomes = new Outcomes(this.#slots, this.#submissions, this.#pool, this.#counters);
    this.#admission = new Admission(this.#slots, this.#submissions, this.#pool);
  }

  /** An operation to fill in and {@link start}. */
  create(): Operation {
    return this.#pool.create();
  }

  start(operation: Operation): void {
    this.#scheduleFlush();
    if (operationStart.hasSubscribers) operationStart.publish(operation.message());
    operation.began = this.#batchBegan;
    operation.file?.begin();
    this.#admission.take(operation);
  }

  read(file: OpenFile, wanted: ReadInto, position: number): Promise<Read> | null {
    if (!this.#isPlain(file, wanted)) return null;
    const read = this.#readAlone(file, wanted, position);
    if (read !== null) return read;
    this.#scheduleFlush();
    return this.#admission.takeRead(file, wanted, position, this.#batchBegan);
  }

  readOn(file: OpenFile, wanted: ReadInto): Promise<Read> | null {
    return this.#isPlain(file, wanted) ? this.#readAlone(file, wanted, OWN_POSITION) : null;
  }

  takesSweep(): boolean {
    return true;
  }

  /** Takes a sweep, which from now on is the engine's. */
  startSweep(sweep: Sweep): void {
    sweep.begin(this.#wake);
    if (operationStart.hasSubscribers) sweep.announce(operationStart);
    sweep.endIfDone();
    if (sweep.hasEnded) return;
    this.#scheduleFlush();
    sweep.began = this.#batchBegan;
    this.#admission.takeSweep(sweep);
  }

  /** A sweep is submitted by itself; a flush has what there is left to do then. */
  startSweepAtOnce(sweep: Sweep): boolean {
    const now = performance.now();
    if (sweep.ranges.count < ENOUGH || !this.#isFree(now)) return false;
    if (operationStart.hasSubscribers) return false;
    const { batch } = this.#submissions;
    let isDone = false;
    sweep.begin(this.#wake);
    this.#turn.begin();
    sweep.began = this.#batchBegan = now;
    this.#isFlushing = true;
    try {
      this.#admission.takeSweepAtOnce(sweep);
      if (batch.sweep === sweep) this.#submitBatch();
      sweep.endIfDone();
      isDone = sweep.hasEnded && this.#isIdle && !this.#askedMeanwhile;
    } finally {
      this.#isFlushing = false;
      this.#askedMeanwhile = false;
      if (!isDone) this.#scheduleFlush();
    }
    return true;
  }

  /**
   * Gives up on an operation: takes it back where the kernel has not seen it; else lets it go on
   * unheard, its memory pinned until it ends. Whoever waits for it has to be told by the caller.
   *
   * @param generation - what the operation had when it was created; an earlier one has settled
   * @returns false where it had settled before
   */
  abandon(operation: Operation, generation: number): boolean {
    if (operation.generation !== generation || !operation.isHeard) return false;
    operation.unhear();
    if (!this.#admission.withdraw(operation) && this.#submissions.withdraw(operation)) {
      this.#outcomes.release(operation);
    }
    // There may be room for others now, and nothing to hold the loop open for.
    this.#scheduleFlush();
    return true;
  }

  /** Gives up on what is left of a sweep, in the same way. */
  abandonSweep(sweep: Sweep): void {
    if (!sweep.isHeard) return;
    sweep.unhear();
    this.#submissions.withdrawBatch(sweep);
    for (const slot of this.#slots.slotsOfRanges()) {
      if (this.#slots.sweepAt(slot) !== sweep || !this.#submissions.withdrawRange(slot)) continue;
      this.#slots.release(slot);
      sweep.ended();
    }
    for (const operation of this.#slots.operations()) {
      if (operation.group !== sweep) continue;
      this.abandon(operation, operation.generation);
      sweep.ended();
    }
    sweep.endIfDone();
    this.#scheduleFlush();
  }

  stats(): EngineStats {
    const { latency, ...counters } = this.#counters;
    return {
      ...counters,
      inFlight: this.#submissions.inFlight,
      queued: this.#admission.count() + this.#submissions.queued,
      threads: this.#port.threads,
      latency: latency.snapshot(),
    };
  }

  // --- on the way in ---------------------------------------------------------------------------

  /** It is expected to end in line, there is room for it, and nobody traces. */
  #isPlain(file: OpenFile, { length }: ReadInto): boolean {
    if (!readEndsInLine(file, length) || !this.#admission.hasRoomFor(length)) return false;
    return !operationStart.hasSubscribers && !operationEnd.hasSubscribers;
  }

  #readAlone(file: OpenFile, wanted: ReadInto, position: number): Promise<Read> | null {
    const { loneRead } = this.#submissions;
    // To begin a turn calls hooks, which may do anything to the read's file and memory: a turn's first read goes with others.
    if (!loneRead.takes(file) || !this.#turn.isRunning) return null;
    const now = performance.now();
    return this.#isFree(now) ? loneRead.read(file, wanted, position, now) : null;
  }

  /** Nobody waits, for a flush, for room or for the kernel, and this turn has time for more. */
  #isFree(now: number): boolean {
    if (this.#flushIsDue || this.#isFlushing || this.#turn.isOver(now)) return false;
    return !this.#admission.hasWaiting && !this.#submissions.hasForKernel();
  }

  /** Nothing waits, nor is anything in flight. */
  get #isIdle(): boolean {
    const { inFlight, hasForThreads } = this.#submissions;
    return inFlight === 0 && !hasForThreads && !this.#submissions.hasForKernel();
  }

  #scheduleFlush(): void {
    if (this.#flushIsDue) return;
    if (this.#isFlushing) {
      // Asked for by who has just heard of a result: the flush that is under way takes it along.
      this.#batchBegan = this.#outcomes.collectedAt;
      this.#askedMeanwhile = true;
      return;
    }
    this.#flushIsDue = true;
    let isScheduled = false;
    try {
      this.#batchBegan = performance.now();
      // nextTick comes after all microtasks, so that a burst of awaits makes one batch. Where this turn
      // has had its share, the next begins with a flush.
      if (!this.#turn.isOver(this.#batchBegan)) process.nextTick(this.#flushNow);
      isScheduled = true;
    } finally {
      // There was no stack left for it: the next tries again.
      this.#flushIsDue = isScheduled;
    }
  }

  /** Submits and collects until there is nothing to submit, or this turn has had its share. */
  #flush(): void {
    this.#flushIsDue = false;
    this.#turn.begin();
    this.#isFlushing = true;
    try {
      if (this.#submissions.inFlight > 0) this.#collect();
      this.#admission.admitWaiting();
      this.#submitInTurn();
    } finally {
      this.#isFlushing = false;
    }
    if (this.#submissions.hasForThreads) this.#submissions.submitToThreads();
    if (this.#askedMeanwhile) {
      this.#askedMeanwhile = false;
      // It may have come too late for that.
      if (this.#admission.hasWaiting || this.#submissions.hasForKernel()) this.#scheduleFlush();
    }
    // The process stays while something is in flight.
    this.#port.holdLoop(this.#submissions.inFlight > 0);
    if (this.#submissions.isForgotten) this.#lookAgain();
  }

  #submitInTurn(): void {
    while (this.#submissions.hasForKernel()) {
      const taken = this.#submitNext();
      this.#admission.admitWaiting();
      // Full: the next completion brings us back, and where there is none to come, a timer.
      if (taken === 0) {
        this.#lookAgain();
        return;
      }
      if (this.#submissions.hasForKernel() && this.#turn.isOver(performance.now())) {
        this.#flushIsDue = true;
        return;
      }
    }
  }

  /** What waits in the queue, reads and ranges take turns, so that none waits for the others' end. */
  #submitNext(): number {
    const { batch, queuedForKernel, reads } = this.#submissions;
    for (;;) {
      this.#whoseTurn = (this.#whoseTurn + 1) % 3;
      if (this.#whoseTurn === 0 && queuedForKernel > 0) return this.#submitQueued();
      if (this.#whoseTurn === 1 && reads.isReady) return this.#submitReads(reads.take());
      if (this.#whoseTurn === 2 && batch.count > 0) return this.#submitBatch();
    }
  }

  #submitQueued(): number {
    const taken = this.#submissions.submitChunk();
    // That is its own affair: the others go on.
    if (taken < 0) this.#outcomes.cameBack(this.#submissions.takeRefused(), taken);
    this.#collect();
    return taken;
  }

  #submitReads(batch: ReadBatch): number {
    batch.generation = this.#pool.nextGeneration();
    const taken = this.#submissions.submitReads(batch);
    const { others } = batch;
    this.#outcomes.collectedAt = performance.now();
    // First: events of reads that ended out of order are among those of others.
    this.#outcomes.readsCameBack(batch, taken);
    this.#takeEvents(others);
    if (this.#submissions.inFlight > 0) this.#collect();
    return taken;
  }

  #submitBatch(): number {
    const taken = this.#submissions.submitBatch();
    this.#outcomes.collectedAt = performance.now();
    const { events } = this.#submissions.batch.columns;
    // First: events of ranges that ended out of order are among those of others.
    if (taken !== 0) this.#outcomes.batchCameBack(taken);
    this.#takeEvents(events);
    if (this.#submissions.inFlight > 0) this.#collect();
    return taken;
  }

  // --- on the way out --------------------------------------------------------------------------

  #collect(): void {
    this.#outcomes.collectedAt = performance.now();
    let count: number;
    do {
      count = this.#port.reap();
      this.#takeEvents(count);
    } while (count === this.#port.room);
    do {
      count = this.#port.reapRefusals();
      this.#takeEvents(count);
    } while (count === this.#port.room);
    this.#collectLate();
  }

  #collectLate(): void {
    const { together } = this.#submissions;
    const { lateSlot: slot, lateGeneration } = together;
    if (slot < 0) return;
    const result = together.reapLate();
    if (result === IoRangeArray.PENDING || !this.#slots.holds(slot, lateGeneration)) return;
    this.#submissions.ended(slot);
    this.#outcomes.cameBack(slot, result);
  }

  /** A flush comes next, so whoever asks for something meanwhile must not begin one. */
  #collectBeforeFlush(): void {
    this.#isFlushing = true;
    try {
      this.#collect();
    } finally {
      this.#isFlushing = false;
    }
  }

  #takeEvents(count: number): void {
    const port = this.#port;
    for (let i = 0; i < count; i++) {
      const slot = port.slotOf(i);
      if (!this.#slots.holds(slot, port.generationOf(i))) continue;
      this.#submissions.ended(slot);
      this.#outcomes.cameBack(slot, port.resultOf(i));
    }
  }

  /** Has a timer look for what nobody announces, and whatever is like it announced from now on. */
  #lookAgain(): void {
    if (this.#looksAgain) return;
    setTimeout(() => {
      this.#looksAgain = false;
      // Asked before the look too: what a thread ends between the two is not forgotten, only not seen yet.
      const { isForgotten } = this.#submissions;
      // All may have come by then, and the context may be gone.
      if (this.#submissions.inFlight > 0) this.#collectBeforeFlush();
      if (isForgotten && this.#submissions.isForgotten) this.#submissions.noteForgotten();
      this.#flush();
    }, 1);
    this.#looksAgain = true;
  }
}
