import { constants } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { aio_context_t } from 'aio-bind';
import { Admission } from './admission.js';
import { readEndsInLine } from './attempt.js';
import type { Abandoned, Carrier } from './carrier.js';
import { Collector } from './collector.js';
import { Counters, type EngineStats } from './counters.js';
import { Flushes } from './flushes.js';
import { KernelPort } from './kernel-port.js';
import type { OpenFile } from './open-file.js';
import type { Operation } from './operation.js';
import { OperationPool } from './operation-pool.js';
import { OWN_POSITION } from './lone-read.js';
import { Outcomes } from './outcomes.js';
import { RangeBatch } from './range-batch.js';
import type { Read, ReadInto } from './read-batch.js';
import { SlotTable } from './slot-table.js';
import { Submissions } from './submissions.js';
import type { Sweep } from './sweep.js';
import { TraceScope, isTraced, operationStart, publishEnd } from './tracing.js';

const { ECANCELED } = constants.errno;

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
  readonly #pool = new OperationPool();
  readonly #admission: Admission;
  /** With a slot. */
  readonly #submissions: Submissions;
  readonly #outcomes: Outcomes;
  readonly #flushes: Flushes;
  readonly #wake: () => void;
  readonly #counters = new Counters();

  /** @param ctx - set up for `limits.depth` events; the engine's alone from now on */
  constructor(ctx: aio_context_t, { depth, bytes, threads }: EngineLimits) {
    const batch = new RangeBatch();
    this.#slots = new SlotTable(depth, bytes, batch.columns.slot);
    this.#port = new KernelPort(ctx, {
      ...{ slots: this.#slots.size, threads },
      onReady: () => {
        this.#flushes.flushAfterTurn();
      },
    });
    this.#submissions = new Submissions(this.#port, this.#slots, batch, this.#counters);
    this.#admission = new Admission(this.#slots, this.#submissions, this.#pool);
    const ways = { submissions: this.#submissions, admission: this.#admission, pool: this.#pool };
    this.#outcomes = new Outcomes({ ...ways, slots: this.#slots, counters: this.#counters });
    this.#flushes = new Flushes({
      ...{ ...ways, port: this.#port, outcomes: this.#outcomes },
      collector: new Collector(this.#port, this.#slots, this.#submissions, this.#outcomes),
    });
    this.#wake = () => {
      this.#flushes.schedule();
    };
  }

  /** An operation to fill in and {@link start}. */
  create(): Operation {
    return this.#pool.create();
  }

  start(operation: Operation): void {
    this.#flushes.schedule();
    if (isTraced()) {
      operation.scope = new TraceScope();
      operationStart.publish(operation.message());
    }
    operation.began = this.#flushes.batchBegan;
    operation.file?.begin();
    this.#admission.take(operation);
  }

  read(file: OpenFile, wanted: ReadInto, position: number): Promise<Read> | null {
    if (!this.#isPlain(file, wanted)) return null;
    const read = this.#readAlone(file, wanted, position);
    if (read !== null) return read;
    this.#flushes.schedule();
    return this.#admission.takeRead(file, wanted, position, this.#flushes.batchBegan);
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
    if (isTraced()) sweep.announceStart();
    sweep.endIfDone();
    if (sweep.hasEnded) return;
    this.#flushes.schedule();
    sweep.began = this.#flushes.batchBegan;
    this.#admission.takeSweep(sweep);
  }

  startSweepAtOnce(sweep: Sweep): boolean {
    const now = performance.now();
    if (sweep.ranges.count < ENOUGH || !this.#flushes.isFree(now)) return false;
    if (isTraced()) return false;
    sweep.begin(this.#wake);
    this.#flushes.submitAtOnce(sweep, now);
    return true;
  }

  /**
   * Gives up on an operation: takes it back where the kernel has not seen it; else lets it go on
   * unheard, its memory pinned until it ends. Whoever waits for it has to be told by the caller.
   *
   * @param generation - what the operation had when it was created; an earlier one has settled
   */
  abandon(operation: Operation, generation: number): Abandoned {
    if (operation.generation !== generation || !operation.isHeard) return 'settled';
    const { done, scope } = operation;
    const message = operation.message();
    operation.unhear();
    const isWithdrawn = this.#withdraw(operation);
    // There may be room for others now, and nothing to hold the loop open for.
    this.#flushes.schedule();
    if (!isWithdrawn) return 'goes on';
    // What earlier attempts have done of it stays done.
    publishEnd(scope, message, done > 0 ? done : -ECANCELED);
    return done > 0 ? 'goes on' : 'withdrawn';
  }

  /** @returns whether it could be taken back */
  #withdraw(operation: Operation): boolean {
    if (this.#admission.withdraw(operation)) return true;
    if (!this.#submissions.withdraw(operation)) return false;
    this.#outcomes.release(operation);
    return true;
  }

  /** Gives up on what is left of a sweep, in the same way. */
  abandonSweep(sweep: Sweep): void {
    if (!sweep.isHeard) return;
    const withdrawn = sweep.unhear();
    withdrawn.push(...this.#submissions.withdrawRanges(sweep));
    for (const slot of this.#slots.slotsOfRanges()) {
      if (this.#slots.sweepAt(slot) !== sweep || !this.#submissions.withdrawRange(slot)) continue;
      withdrawn.push(this.#slots.rangeAt(slot));
      this.#slots.release(slot);
      sweep.ended();
    }
    for (const operation of this.#slots.operations()) {
      if (operation.group !== sweep) continue;
      this.abandon(operation, operation.generation);
      sweep.ended();
    }
    sweep.endIfDone();
    this.#flushes.schedule();
    for (const range of withdrawn) sweep.announceEnd(range, -ECANCELED);
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

  /** It is expected to end in line, there is room for it, and nobody traces. */
  #isPlain(file: OpenFile, { length }: ReadInto): boolean {
    if (!readEndsInLine(file, length) || !this.#admission.hasRoomFor(length)) return false;
    return !isTraced();
  }

  #readAlone(file: OpenFile, wanted: ReadInto, position: number): Promise<Read> | null {
    const { loneRead } = this.#submissions.batches;
    // To begin a turn calls hooks, which may do anything to the read's file and memory: a turn's first read goes with others.
    if (!loneRead.takes(file) || !this.#flushes.isInTurn) return null;
    const now = loneRead.now();
    return this.#flushes.isFree(now) ? loneRead.read(file, wanted, position, now) : null;
  }
}
