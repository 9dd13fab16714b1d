import { constants } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { aio_context_t } from 'aio-bind';
import { Admission } from './admission.js';
import {
  CONTINUE,
  LEAVE_TO_NODE,
  OFFLOAD,
  SETTLE,
  judge,
  planAtOnce,
  planOffload,
} from './attempt.js';
import { Counters, type EngineStats } from './counters.js';
import { KernelPort } from './kernel-port.js';
import { IDLE, type Operation } from './operation.js';
import { OperationPool } from './operation-pool.js';
import { SlotTable } from './slot-table.js';
import { Submissions } from './submissions.js';
import type { Sweep } from './sweep.js';
import { operationEnd, operationStart } from './tracing.js';
import { Turn } from './turn.js';

const EFAULT = constants.errno.EFAULT;

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
export class Engine {
  readonly #port: KernelPort;
  readonly #slots: SlotTable;
  readonly #turn: Turn;

  readonly #pool = new OperationPool();
  readonly #admission: Admission;
  /** With a slot. */
  readonly #submissions: Submissions;
  readonly #flushNow: () => void;
  #flushIsDue = false;
  #isFlushing = false;
  /** When the first operation of the coming batch was asked for. */
  #batchBegan = 0;
  #collectedAt = 0;

  #looksAgain = false;
  readonly #counters = new Counters();

  /** @param ctx - set up for `limits.depth` events; the engine's alone from now on */
  constructor(ctx: aio_context_t, { depth, bytes, threads }: EngineLimits) {
    this.#slots = new SlotTable(depth, bytes);
    this.#flushNow = () => {
      this.#flush();
    };
    this.#turn = new Turn(() => {
      if (this.#flushIsDue) this.#flush();
    });
    this.#port = new KernelPort(ctx, { depth, threads, onReady: this.#flushNow });
    this.#submissions = new Submissions(this.#port, this.#slots, depth, this.#counters);
    this.#admission = new Admission(this.#slots, this.#submissions, this.#pool);
  }

  /** An operation to fill in and {@link start}. */
  create(): Operation {
    return this.#pool.create();
  }

  /** Takes an operation, which from now on is the engine's. */
  start(operation: Operation): void {
    operation.file?.begin();
    if (operationStart.hasSubscribers) operationStart.publish(operation.message());
    this.#scheduleFlush();
    operation.began = this.#batchBegan;
    this.#admission.take(operation);
  }

  /** Takes a sweep, which from now on is the engine's. */
  startSweep(sweep: Sweep): void {
    if (operationStart.hasSubscribers) sweep.announce(operationStart);
    sweep.begin(() => {
      this.#scheduleFlush();
    });
    if (sweep.hasEnded) return;
    this.#scheduleFlush();
    sweep.began = this.#batchBegan;
    this.#admission.takeSweep(sweep);
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
      this.#release(operation);
    }
    // There may be room for others now, and nothing to hold the loop open for.
    this.#scheduleFlush();
    return true;
  }

  /** Gives up on what is left of a sweep, in the same way. */
  abandonSweep(sweep: Sweep): void {
    if (!sweep.isHeard) return;
    sweep.unhear();
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

  #scheduleFlush(): void {
    if (this.#flushIsDue) return;
    if (this.#isFlushing) {
      // Asked for by who has just heard of a result: the flush that is under way takes it along.
      this.#batchBegan = this.#collectedAt;
      return;
    }
    this.#flushIsDue = true;
    this.#batchBegan = performance.now();
    // nextTick comes after all microtasks, so that a burst of awaits makes one batch. Where this turn
    // has had its share, the next begins with a flush.
    if (!this.#turn.isOver(this.#batchBegan)) process.nextTick(this.#flushNow);
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
    // The process stays while something is in flight.
    this.#port.holdLoop(this.#submissions.inFlight > 0);
    if (this.#submissions.isForgotten) this.#lookAgain();
  }

  #submitInTurn(): void {
    while (this.#submissions.hasForKernel()) {
      const taken = this.#submissions.submitChunk();
      // That is its own affair: the others go on.
      if (taken < 0) this.#cameBack(this.#submissions.takeRefused(), taken);
      this.#collect();
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

  // --- on the way out --------------------------------------------------------------------------

  #collect(): void {
    this.#collectedAt = performance.now();
    let count: number;
    do {
      count = this.#port.reap();
      this.#takeEvents(count);
    } while (count === this.#port.room);
    do {
      count = this.#port.reapRefusals();
      this.#takeEvents(count);
    } while (count === this.#port.room);
  }

  #takeEvents(count: number): void {
    const port = this.#port;
    for (let i = 0; i < count; i++) {
      const slot = port.slotOf(i);
      if (!this.#slots.holds(slot, port.generationOf(i))) continue;
      this.#submissions.ended(slot);
      this.#cameBack(slot, port.resultOf(i));
    }
  }

  /** An attempt has ended, or was not taken. */
  #cameBack(slot: number, result: number): void {
    const operation = this.#slots.operationAt(slot);
    if (operation === null) this.#rangeCameBack(slot, result);
    else this.#operationCameBack(operation, result);
  }

  #rangeCameBack(slot: number, result: number): void {
    const sweep = this.#slots.sweepAt(slot)!;
    const range = this.#slots.rangeAt(slot);
    // Done, or given up on.
    if (result === this.#slots.bytesAt(slot) || !sweep.isHeard) {
      this.#endRange(sweep, range, slot, result);
      return;
    }
    sweep.look();
    const address = sweep.ranges.address(range);
    if (address === undefined) {
      // Nothing more may be written to where its memory was.
      this.#endRange(sweep, range, slot, -EFAULT);
      return;
    }
    const unannounced = this.#slots.isUnannounced(slot);
    const operation = sweep.fill(this.#pool.create(), range, address);
    planAtOnce(operation, unannounced);
    this.#slots.replace(slot, operation);
    this.#operationCameBack(operation, result);
  }

  #endRange(sweep: Sweep, range: number, slot: number, result: number): void {
    this.#slots.release(slot);
    this.#count(sweep.began);
    if (operationEnd.hasSubscribers) operationEnd.publish({ ...sweep.message(range), result });
    sweep.settled(range, result);
  }

  #operationCameBack(operation: Operation, result: number): void {
    switch (judge(operation, result)) {
      case CONTINUE:
        operation.advance(result);
        this.#submissions.queue(operation);
        break;
      case OFFLOAD:
        if (result > 0) operation.advance(result);
        planOffload(operation);
        this.#submissions.queue(operation);
        break;
      case LEAVE_TO_NODE:
        this.#end(operation, result);
        operation.settleByNode();
        this.#release(operation);
        break;
      case SETTLE:
        this.#end(operation, result);
        this.#settle(operation, result);
        break;
    }
  }

  #count(began: number): void {
    this.#counters.completed++;
    this.#counters.latency.record(Math.max(this.#collectedAt - began, 0));
  }

  #end(operation: Operation, result: number): void {
    // Whoever traces may give up on it meanwhile: there is nothing left to take back.
    operation.state = IDLE;
    this.#count(operation.began);
    if (operationEnd.hasSubscribers) operationEnd.publish({ ...operation.message(), result });
  }

  #settle(operation: Operation, result: number): void {
    const { group, member } = operation;
    if (group === null) {
      operation.settle(result);
      this.#release(operation);
      return;
    }
    // It may start its next at once, in the room that this one has left.
    const outcome = operation.outcome(result);
    this.#release(operation);
    group.settled(member, outcome);
  }

  #release(operation: Operation): void {
    this.#slots.release(operation.slot);
    this.#pool.recycle(operation);
  }

  /** Has a timer look for what nobody announces, and whatever is like it announced from now on. */
  #lookAgain(): void {
    if (this.#looksAgain) return;
    this.#looksAgain = true;
    setTimeout(() => {
      this.#looksAgain = false;
      // Asked before the look too: what a thread ends between the two is not forgotten, only not seen yet.
      const { isForgotten } = this.#submissions;
      // All may have come by then, and the context may be gone.
      if (this.#submissions.inFlight > 0) this.#collect();
      if (isForgotten && this.#submissions.isForgotten) this.#submissions.noteForgotten();
      this.#flush();
    }, 1);
  }
}
