import { performance } from 'node:perf_hooks';
import type { aio_context_t } from 'aio-bind';
import {
  CONTINUE,
  LEAVE_TO_NODE,
  OFFLOAD,
  SETTLE,
  judge,
  noteCompletesLate,
  planFirst,
  planOffload,
} from './attempt.js';
import { Backlog } from './backlog.js';
import { Counters, type EngineStats } from './counters.js';
import { KernelPort } from './kernel-port.js';
import { IDLE, OFFLOADED, Operation, QUEUED, SUBMITTED, WAITING } from './operation.js';
import { SlotList } from './slot-list.js';
import { SlotTable } from './slot-table.js';
import { operationEnd, operationStart } from './tracing.js';
import { Turn } from './turn.js';

/** How much is submitted between two looks at the clock: some 100 us of copying. */
const CHUNK_BYTES = 1 << 19;
const CHUNK_OPERATIONS = 128;

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

  /** Without a slot yet. */
  readonly #backlog: Backlog;
  readonly #hasRoom: (operation: Operation) => boolean;
  /** With a slot, for the next submission. */
  readonly #toKernel: SlotList;
  readonly #toThreads: SlotList;
  readonly #flushNow: () => void;
  #flushIsDue = false;
  #isFlushing = false;
  /** When the first operation of the coming batch was asked for. */
  #batchBegan = 0;
  #collectedAt = 0;

  /** Settled operations, to be used again. */
  readonly #spare: Operation[] = [];
  #generation = 0;

  /** Operations that the kernel or the threads have. */
  #inFlight = 0;
  /** Those of them that should have ended when io_submit returned, and no eventfd speaks for. */
  #inLine = 0;
  /** The same for those that the threads submit; these signal when they have. */
  #inThreads = 0;
  #looksAgain = false;
  readonly #counters = new Counters();

  /** @param ctx - set up for `limits.depth` events; the engine's alone from now on */
  constructor(ctx: aio_context_t, { depth, bytes, threads }: EngineLimits) {
    this.#slots = new SlotTable(depth, bytes);
    this.#hasRoom = (operation) => this.#slots.hasRoomFor(operation);
    this.#backlog = new Backlog((operation) => {
      this.#recycle(operation);
    });
    this.#toKernel = new SlotList(depth);
    this.#toThreads = new SlotList(depth);
    this.#flushNow = () => {
      this.#flush();
    };
    this.#turn = new Turn(() => {
      if (this.#flushIsDue) this.#flush();
    });
    this.#port = new KernelPort(ctx, { depth, threads, onReady: this.#flushNow });
  }

  /** An operation to fill in and {@link start}. */
  create(): Operation {
    const operation = this.#spare.pop() ?? new Operation();
    operation.generation = this.#generation = (this.#generation + 1) >>> 0;
    return operation;
  }

  /** Takes an operation, which from now on is the engine's. */
  start(operation: Operation): void {
    operation.file?.begin();
    if (operationStart.hasSubscribers) operationStart.publish(operation.message());
    planFirst(operation);
    this.#scheduleFlush();
    operation.began = this.#batchBegan;
    if (this.#backlog.isEmpty && this.#slots.hasRoomFor(operation)) this.#admit(operation);
    else this.#backlog.push(operation);
  }

  /**
   * Gives up on an operation: takes it back where the kernel has not seen it; else lets it go on
   * unheard, its memory pinned until it ends. Whoever waits for it has to be told by the caller.
   *
   * @param generation - what the operation had when it was created; an earlier one has settled
   * @returns false where it had settled before
   */
  abandon(operation: Operation, generation: number): boolean {
    const { state, slot } = operation;
    if (operation.generation !== generation || !operation.isHeard) return false;
    operation.unhear();
    if (state === WAITING) {
      this.#backlog.withdraw(operation);
    } else if (state === QUEUED) {
      this.#toKernel.remove(slot);
      this.#toThreads.remove(slot);
      this.#release(operation);
    } else if (state === OFFLOADED && this.#port.withdraw(slot)) {
      this.#inFlight--;
      if (operation.unannounced) this.#inThreads--;
      this.#release(operation);
    }
    // There may be room for others now, and nothing to hold the loop open for.
    this.#scheduleFlush();
    return true;
  }

  stats(): EngineStats {
    const { latency, ...counters } = this.#counters;
    return {
      ...counters,
      inFlight: this.#inFlight,
      queued: this.#backlog.length + this.#toKernel.length + this.#toThreads.length,
      threads: this.#port.threads,
      latency: latency.snapshot(),
    };
  }

  // --- on the way in ---------------------------------------------------------------------------

  #admit(operation: Operation): void {
    this.#slots.admit(operation);
    this.#queue(operation);
  }

  #queue(operation: Operation): void {
    this.#port.prepare(operation);
    operation.state = QUEUED;
    (operation.offload ? this.#toThreads : this.#toKernel).push(operation.slot);
  }

  #admitWaiting(): void {
    for (;;) {
      const next = this.#backlog.shiftIf(this.#hasRoom);
      if (next === undefined) return;
      this.#admit(next);
    }
  }

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
      if (this.#inFlight > 0) this.#collect();
      this.#admitWaiting();
      this.#submitInTurn();
    } finally {
      this.#isFlushing = false;
    }
    if (this.#toThreads.length > 0) this.#submitToThreads();
    // The process stays while something is in flight.
    this.#port.holdLoop(this.#inFlight > 0);
    if (this.#isForgotten()) this.#lookAgain();
  }

  #submitInTurn(): void {
    while (this.#toKernel.length > 0) {
      const taken = this.#submitChunk();
      this.#collect();
      this.#admitWaiting();
      // Full: the next completion brings us back, and where there is none to come, a timer.
      if (!taken) {
        this.#lookAgain();
        return;
      }
      if (this.#toKernel.length > 0 && this.#turn.isOver(performance.now())) {
        this.#flushIsDue = true;
        return;
      }
    }
  }

  /** @returns false where the kernel takes nothing until something has completed */
  #submitChunk(): boolean {
    this.#counters.batches++;
    const taken = this.#port.submit(this.#toKernel, this.#chunk());
    if (taken < 0) {
      // The first was refused, and that is its own affair: the others go on.
      const slot = this.#toKernel.at(0);
      this.#toKernel.drop(1);
      this.#cameBack(this.#slots.at(slot), taken);
      return true;
    }
    for (let i = 0; i < taken; i++) {
      const operation = this.#slots.at(this.#toKernel.at(i));
      operation.state = SUBMITTED;
      if (operation.unannounced) this.#inLine++;
    }
    this.#inFlight += taken;
    this.#counters.submitted += taken;
    this.#toKernel.drop(taken);
    return taken > 0;
  }

  /** How many go together, so that their copying does not hold up the loop. */
  #chunk(): number {
    const most = Math.min(this.#toKernel.length, CHUNK_OPERATIONS);
    let bytes = 0;
    for (let i = 0; i < most; i++) {
      const operation = this.#slots.at(this.#toKernel.at(i));
      if (operation.unannounced) bytes += operation.bytes;
      if (bytes > CHUNK_BYTES) return Math.max(i, 1);
    }
    return most;
  }

  #submitToThreads(): void {
    const count = this.#toThreads.length;
    this.#port.offload(this.#toThreads);
    for (let i = 0; i < count; i++) {
      const operation = this.#slots.at(this.#toThreads.at(i));
      operation.state = OFFLOADED;
      if (operation.unannounced) this.#inThreads++;
    }
    this.#inFlight += count;
    this.#counters.submitted += count;
    this.#counters.offloaded += count;
    this.#toThreads.drop(count);
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
      const operation = this.#slots.find(port.slotOf(i), port.generationOf(i));
      if (operation === null) continue;
      this.#inFlight--;
      if (operation.unannounced) this.#endedUnannounced(operation);
      this.#cameBack(operation, port.resultOf(i));
    }
  }

  #endedUnannounced({ state }: Operation): void {
    if (state === SUBMITTED) {
      this.#inLine--;
      this.#counters.inLine++;
    } else {
      this.#inThreads--;
    }
  }

  /** An attempt has ended, or was not taken. */
  #cameBack(operation: Operation, result: number): void {
    switch (judge(operation, result)) {
      case CONTINUE:
        operation.advance(result);
        this.#queue(operation);
        break;
      case OFFLOAD:
        if (result > 0) operation.advance(result);
        planOffload(operation);
        this.#queue(operation);
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

  #end(operation: Operation, result: number): void {
    // Whoever traces may give up on it meanwhile: there is nothing left to take back.
    operation.state = IDLE;
    this.#counters.completed++;
    this.#counters.latency.record(Math.max(this.#collectedAt - operation.began, 0));
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
    this.#slots.release(operation);
    this.#recycle(operation);
  }

  #recycle(operation: Operation): void {
    const { file, epoch } = operation;
    operation.clear();
    this.#spare.push(operation);
    if (epoch !== null) file?.writes.leave(epoch);
    file?.end();
  }

  // --- what nobody announces ---------------------------------------------------------------------

  /** Whether something goes on, against expectation, that nobody will announce. */
  #isForgotten(): boolean {
    if (this.#inLine > 0) return true;
    return this.#inThreads > 0 && this.#port.threadsAreIdle;
  }

  /** Has a timer look, and whatever is like it announced from now on. */
  #lookAgain(): void {
    if (this.#looksAgain) return;
    this.#looksAgain = true;
    setTimeout(() => {
      this.#looksAgain = false;
      this.#collect();
      if (this.#isForgotten())
        for (const operation of this.#slots.all()) noteCompletesLate(operation);
      this.#flush();
    }, 1);
  }
}
