import { constants } from 'node:os';
import { performance } from 'node:perf_hooks';
import { IoRangeArray } from 'aio-bind';
import type { Admission } from './admission.js';
import {
  CONTINUE,
  LEAVE_TO_NODE,
  OFFLOAD,
  SETTLE,
  type Verdict,
  isAllOfRead,
  judge,
  planAtOnce,
  planOffload,
} from './attempt.js';
import type { Counters } from './counters.js';
import { IDLE, type Operation, SUBMITTED } from './operation.js';
import type { OperationPool } from './operation-pool.js';
import type { ReadBatch } from './read-batch.js';
import { isUnanswered } from './read-together.js';
import type { SlotTable } from './slot-table.js';
import type { Submissions } from './submissions.js';
import type { Sweep } from './sweep.js';
import { operationEnd, publishEnd } from './tracing.js';
import { transferred } from './transferred.js';

const { EAGAIN, EFAULT } = constants.errno;

/** What has been appended would be so once more. */
function canBeginAnew({ done, command, file }: Operation): boolean {
  return done === 0 || command?.reads === true || file?.append !== true;
}

/** What outcomes need of the engine. */
export interface OutcomeParts {
  readonly slots: SlotTable;
  readonly submissions: Submissions;
  readonly admission: Admission;
  readonly pool: OperationPool;
  readonly counters: Counters;
}

/** The way out: what becomes of an attempt that has ended. It is tried again, or settles. */
export class Outcomes {
  readonly #slots: SlotTable;
  readonly #submissions: Submissions;
  readonly #admission: Admission;
  readonly #pool: OperationPool;
  readonly #counters: Counters;
  /** When what comes back now was collected, in ms, as performance.now() has it. */
  collectedAt = 0;

  constructor({ slots, submissions, admission, pool, counters }: OutcomeParts) {
    this.#slots = slots;
    this.#submissions = submissions;
    this.#admission = admission;
    this.#pool = pool;
    this.#counters = counters;
  }

  /**
   * An attempt has ended, or was not taken.
   *
   * @param wasRefused - the event loop's own io_submit(2) did not take it
   */
  cameBack(slot: number, result: number, wasRefused = false): void {
    const operation = this.#slots.operationAt(slot);
    if (operation === null) this.#rangeCameBack(slot, result, wasRefused);
    else this.#operationCameBack(operation, result, wasRefused);
  }

  /**
   * A submit thread's io_submit(2) did not take it.
   *
   * @param areNone - there is no such thread
   */
  wasRefused(slot: number, result: number, areNone: boolean): void {
    const operation = this.#slots.operationAt(slot);
    if (operation === null) return;
    if (areNone && result === -EAGAIN && operation.isHeard && canBeginAnew(operation)) {
      // Nor may there be one for long (RLIMIT_NPROC, pids.max), and Node's pool has its threads.
      this.#leaveToNode(operation);
      return;
    }
    const judged = this.#operationCameBack(operation, result, true);
    // The threads are not to try on and on.
    if (judged === OFFLOAD) this.#submissions.threadsArePaused = true;
  }

  /** @param taken - how many ranges the kernel took; -errno where it refused the first */
  rangesCameBack(taken: number): void {
    const batch = this.#submissions.batches.ranges;
    const sweep = batch.sweep!;
    if (batch.columns.whole === taken && !operationEnd.hasSubscribers) {
      this.#submissions.batches.rangesEnded(taken);
      this.#slots.giveBackInBatch(taken, batch.bytesOf(taken));
      this.#count(sweep.began, taken);
      sweep.noteWhole(batch, taken);
      batch.drop(taken);
      // Last: whoever waits for it may give up on others, or begin some.
      sweep.endIfDone();
      return;
    }
    // There is more to some of them: each goes its own way, as if it had been submitted by itself.
    const count = Math.max(taken, 1);
    const slots = batch.columns.slot.slice(0, count);
    const results = batch.columns.res.slice(0, count);
    const { late, isHelped } = batch;
    for (const [i, slot] of slots.entries()) {
      // As it was submitted, whatever has been learned of its device since.
      this.#slots.admitRange(slot, sweep, batch.rangeAt(i), batch.generation, i !== late);
      batch.columns.slot[i] = this.#slots.exchange();
    }
    batch.drop(count);
    if (taken < 0) {
      this.cameBack(slots[0]!, taken, true);
      return;
    }
    for (const [i, slot] of slots.entries()) {
      if (results[i] === IoRangeArray.PENDING) continue;
      this.#submissions.batches.rangesEnded(1);
      const isAnswered = !isUnanswered(isHelped, results[i]!) || !sweep.isHeard;
      if (isAnswered) this.cameBack(slot, results[i]!);
      else this.#askKernel(slot, sweep);
    }
  }

  /**
   * Those that have ended are given their results; the others go on as operations.
   *
   * @param taken - how many the kernel took; -errno where it refused the first
   */
  readsCameBack(batch: ReadBatch, taken: number): void {
    const { count, isWhole, columns } = batch;
    let ended = count;
    if (isWhole) this.#slots.giveBack(columns.slot, count, batch.bytes);
    else ended = this.#sortReads(batch, taken);
    if (ended > 0) this.#count(batch.began, ended);
    if (operationEnd.hasSubscribers) batch.announce(operationEnd);
    // Last: who waits for the end of a file's operations hears of it.
    batch.settle();
  }

  /** @returns how many have ended */
  #sortReads(batch: ReadBatch, taken: number): number {
    const { isHelped } = batch;
    const { res, slot: slots, aio_nbytes, aio_offset } = batch.columns;
    if (taken < 0) res[0] = taken;
    const tried = taken < 0 ? 1 : taken;
    let ended = 0;
    for (let i = 0; i < batch.count; i++) {
      const [slot, length, result] = [slots[i]!, aio_nbytes[i]!, res[i]!];
      const hasResult =
        i < tried && result !== IoRangeArray.PENDING && !isUnanswered(isHelped, result);
      if (hasResult && isAllOfRead(result, length, aio_offset[i]!)) {
        this.#slots.giveBackOne(slot, length);
        ended++;
        continue;
      }
      const operation = this.#pool.create();
      batch.goOn(i, operation);
      planAtOnce(operation, i !== batch.late);
      this.#slots.put(slot, operation);
      if (hasResult) this.#operationCameBack(operation, result, taken < 0);
      else if (i < tried && result === IoRangeArray.PENDING) operation.state = SUBMITTED;
      else this.#submissions.queue(operation);
    }
    return ended;
  }

  /** A range goes to the kernel by itself. */
  #askKernel(slot: number, sweep: Sweep): void {
    const range = this.#slots.rangeAt(slot);
    sweep.look();
    const address = sweep.ranges.address(range);
    if (address === undefined) this.#endRange(sweep, range, slot, -EFAULT);
    else this.#submissions.queueRange(slot, sweep, range, address);
  }

  #rangeCameBack(slot: number, result: number, wasRefused: boolean): void {
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
    this.#operationCameBack(operation, result, wasRefused);
  }

  #endRange(sweep: Sweep, range: number, slot: number, result: number): void {
    this.#slots.release(slot);
    this.#count(sweep.began);
    sweep.announceEnd(range, result);
    sweep.settled(range, result);
  }

  #operationCameBack(operation: Operation, result: number, wasRefused: boolean): Verdict {
    const verdict = judge(operation, result, wasRefused);
    switch (verdict) {
      case CONTINUE:
        if (!operation.advance(result)) return this.#end(operation, result);
        this.#submissions.queue(operation);
        break;
      case OFFLOAD:
        if (result > 0 && !operation.advance(result)) return this.#end(operation, result);
        planOffload(operation, result);
        this.#admission.takeForThread(operation);
        break;
      case LEAVE_TO_NODE:
        // A direct transfer may have been refused for its alignment alone.
        if (operation.file?.direct === false) operation.file.leftToNode = true;
        this.#leaveToNode(operation);
        break;
      case SETTLE:
        return this.#end(operation, result);
    }
    return verdict;
  }

  #count(began: number, times = 1): void {
    this.#counters.completed += times;
    this.#counters.latency.record(Math.max(this.collectedAt - began, 0), times);
  }

  #end(operation: Operation, result: number): Verdict {
    // Whoever traces may give up on it meanwhile: there is nothing left to take back.
    operation.state = IDLE;
    this.#count(operation.began);
    if (operationEnd.hasSubscribers) {
      publishEnd(operation.scope, operation.message(), operation.outcome(result));
    }
    this.#settle(operation, result);
    return SETTLE;
  }

  /** It has ended when Node has done it. */
  #leaveToNode(operation: Operation): void {
    const { began, scope, file, epoch } = operation;
    const message = operation.message();
    operation.state = IDLE;
    if (epoch !== null) file?.writes.join(epoch);
    void transferred(operation.settleByNode()).then((outcome) => {
      if (epoch !== null) file?.writes.leave(epoch);
      this.collectedAt = performance.now();
      this.#count(began);
      publishEnd(scope, message, outcome);
    });
    this.release(operation);
  }

  #settle(operation: Operation, result: number): void {
    const { group, member } = operation;
    if (group === null) {
      operation.settle(result);
      this.release(operation);
      return;
    }
    // It may start its next at once, in the room that this one has left.
    const outcome = operation.outcome(result);
    this.release(operation);
    group.settled(member, outcome);
  }

  /** It has left. */
  release(operation: Operation): void {
    this.#slots.release(operation.slot);
    this.#pool.recycle(operation);
  }
}
