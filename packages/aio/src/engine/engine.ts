import { constants } from 'node:os';
import { performance } from 'node:perf_hooks';
import {
  EventWatcher,
  IoEventArray,
  IocbSlab,
  SubmitThreads,
  type aio_context_t,
  io_getevents_ring,
  io_submit,
} from 'aio-bind';
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
import { Counters, type EngineStats } from './counters.js';
import { Fifo } from './fifo.js';
import { eventGeneration, eventResult, eventSlot, fillIocb } from './iocb-words.js';
import { OFFLOADED, Operation, QUEUED, SUBMITTED, WAITING, WITHDRAWN } from './operation.js';
import { SlotList } from './slot-list.js';
import { SlotTable } from './slot-table.js';
import { operationEnd, operationStart } from './tracing.js';
import { Turn } from './turn.js';

const EAGAIN = -constants.errno.EAGAIN;
const NO_EVENTFD = -1;

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
  readonly #ctx: aio_context_t;
  readonly #slab: IocbSlab;
  readonly #slots: SlotTable;
  readonly #events = new IoEventArray(256);
  readonly #watcher: EventWatcher;
  readonly #threads: SubmitThreads;
  readonly #turn: Turn;

  /** Without a slot yet, in order. */
  readonly #waiting = new Fifo<Operation>();
  /** Of those, the ones that were given up on. */
  #withdrawn = 0;
  /** With a slot, for the next submission. */
  readonly #toKernel: SlotList;
  readonly #toThreads: SlotList;
  readonly #flushNow: () => void;
  #flushIsDue = false;
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
  #holdsLoop = false;
  #looksAgain = false;
  readonly #counters = new Counters();

  /** @param ctx - set up for `limits.depth` events; the engine's alone from now on */
  constructor(ctx: aio_context_t, { depth, bytes, threads }: EngineLimits) {
    this.#ctx = ctx;
    this.#slab = new IocbSlab(depth);
    this.#slots = new SlotTable(depth, bytes);
    this.#toKernel = new SlotList(depth);
    this.#toThreads = new SlotList(depth);
    this.#flushNow = () => {
      this.#flush();
    };
    this.#turn = new Turn(() => {
      if (this.#flushIsDue) this.#flush();
    });
    this.#watcher = new EventWatcher(this.#flushNow);
    this.#threads = new SubmitThreads({ threads, watcher: this.#watcher });
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
    if (this.#waiting.length === 0 && this.#slots.hasRoomFor(operation)) {
      this.#admit(operation);
    } else {
      operation.state = WAITING;
      this.#waiting.push(operation);
    }
  }

  /**
   * Gives up on an operation: takes it back where the kernel has not seen it; else lets it go on
   * unheard, its memory pinned until it ends.
   *
   * @param generation - what the operation had when it was created; an earlier one has settled
   */
  abandon(operation: Operation, generation: number, reason: unknown): void {
    const { reject, state, slot } = operation;
    if (operation.generation !== generation || reject === null) return;
    operation.resolve = operation.reject = null;
    if (state === WAITING) {
      // It is passed over when its turn comes: to find it among many would take long.
      operation.state = WITHDRAWN;
      this.#withdrawn++;
    } else if (state === QUEUED) {
      this.#toKernel.remove(slot);
      this.#toThreads.remove(slot);
      this.#release(operation);
    } else if (state === OFFLOADED && this.#threads.withdraw(this.#ctx, this.#slab, slot)) {
      this.#inFlight--;
      if (operation.unannounced) this.#inThreads--;
      this.#release(operation);
    }
    // There may be room for others now, and nothing to hold the loop open for.
    this.#scheduleFlush();
    reject(reason);
  }

  stats(): EngineStats {
    const { latency, ...counters } = this.#counters;
    return {
      ...counters,
      inFlight: this.#inFlight,
      queued:
        this.#waiting.length - this.#withdrawn + this.#toKernel.length + this.#toThreads.length,
      threads: this.#threads.threads,
      latency: latency.snapshot(),
    };
  }

  // --- on the way in ---------------------------------------------------------------------------

  #admit(operation: Operation): void {
    this.#slots.admit(operation);
    this.#queue(operation);
  }

  #queue(operation: Operation): void {
    const { slot, unannounced, offload } = operation;
    fillIocb(this.#slab, operation, unannounced ? NO_EVENTFD : this.#watcher.fd);
    operation.state = QUEUED;
    (offload ? this.#toThreads : this.#toKernel).push(slot);
  }

  #admitWaiting(): void {
    for (;;) {
      const next = this.#waiting.peek();
      if (next?.state === WITHDRAWN) {
        this.#waiting.shift();
        this.#withdrawn--;
        this.#recycle(next);
        continue;
      }
      if (next === undefined || !this.#slots.hasRoomFor(next)) return;
      this.#waiting.shift();
      this.#admit(next);
    }
  }

  #scheduleFlush(): void {
    if (this.#flushIsDue) return;
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
    if (this.#inFlight > 0) this.#collect();
    this.#admitWaiting();
    while (this.#toKernel.length > 0) {
      const taken = this.#submitChunk();
      this.#collect();
      this.#admitWaiting();
      // Full: the next completion brings us back, and where there is none to come, a timer.
      if (!taken) {
        this.#lookAgain();
        break;
      }
      if (this.#toKernel.length > 0 && this.#turn.isOver(performance.now())) {
        this.#flushIsDue = true;
        break;
      }
    }
    if (this.#toThreads.length > 0) this.#submitToThreads();
    this.#holdLoop();
    if (this.#isForgotten()) this.#lookAgain();
  }

  /** @returns false where the kernel takes nothing until something has completed */
  #submitChunk(): boolean {
    const count = this.#chunk();
    this.#counters.batches++;
    let taken: number;
    try {
      taken = io_submit(this.#ctx, count, this.#slab, this.#toKernel.slots);
    } catch (error) {
      const { errno = 0 } = error as NodeJS.ErrnoException;
      if (errno === EAGAIN) return false;
      // The first was refused, and that is its own affair: the others go on.
      const slot = this.#toKernel.at(0);
      this.#toKernel.drop(1);
      this.#cameBack(this.#slots.at(slot), errno);
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
    return true;
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
    this.#threads.submit(this.#ctx, this.#slab, this.#toThreads.slots, count);
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
    const events = this.#events;
    this.#collectedAt = performance.now();
    let count: number;
    do {
      count = io_getevents_ring(this.#ctx, events.length, events);
      this.#takeEvents(count);
    } while (count === events.length);
    // Nothing is refused where nothing was offloaded, and asking has its price.
    if (this.#counters.offloaded === 0) return;
    do {
      count = this.#threads.refused(events);
      this.#takeEvents(count);
    } while (count === events.length);
  }

  #takeEvents(count: number): void {
    const { u32, i32 } = this.#events;
    for (let i = 0; i < count; i++) {
      const operation = this.#slots.find(u32[eventSlot(i)] ?? -1, u32[eventGeneration(i)] ?? 0);
      if (operation === null) continue;
      this.#inFlight--;
      if (operation.unannounced) this.#endedUnannounced(operation);
      this.#cameBack(operation, i32[eventResult(i)] ?? 0);
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
        operation.settleByNode();
        this.#settled(operation, result);
        break;
      case SETTLE:
        operation.settle(result);
        this.#settled(operation, result);
        break;
    }
  }

  #settled(operation: Operation, result: number): void {
    // Whoever traces may abort a signal meanwhile: there is nothing left to give up on.
    operation.resolve = operation.reject = null;
    this.#counters.completed++;
    this.#counters.latency.record(Math.max(this.#collectedAt - operation.began, 0));
    if (operationEnd.hasSubscribers) operationEnd.publish({ ...operation.message(), result });
    this.#release(operation);
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

  // --- the event loop --------------------------------------------------------------------------

  /** The process stays while something is in flight. */
  #holdLoop(): void {
    const hold = this.#inFlight > 0;
    if (hold === this.#holdsLoop) return;
    this.#holdsLoop = hold;
    if (hold) this.#watcher.ref();
    else this.#watcher.unref();
  }

  /** Whether something goes on, against expectation, that nobody will announce. */
  #isForgotten(): boolean {
    if (this.#inLine > 0) return true;
    return this.#inThreads > 0 && this.#threads.running === 0 && this.#threads.queued === 0;
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
