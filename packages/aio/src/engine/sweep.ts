import { constants } from 'node:os';
import { endsInLine, holdsUpLoop, takesNowait } from './attempt.js';
import type { OpenFile } from './open-file.js';
import type { Command, Group, Operation } from './operation.js';
import type { RangeBatch } from './range-batch.js';
import { queueMicrotask } from './own-timers.js';
import {
  type OperationMessage,
  TraceScope,
  operationEnd,
  operationStart,
  publishEnd,
} from './tracing.js';
import { transferred } from './transferred.js';
import type { Epoch } from './write-barrier.js';

const { EFAULT } = constants.errno;
const NONE = -1;

/** For each range: bytes, or -errno. */
export type SweepResults = readonly number[] | EvenResults;

/** The same for all. */
export interface EvenResults {
  readonly count: number;
  readonly each: number;
}

/** What a sweep is asked for: ranges that stay as they are. */
export interface SweepRanges {
  readonly count: number;
  /** Where in the file a range begins, in bytes. */
  position(index: number): number;
  /** In bytes. */
  length(index: number): number;
  /** Where it begins in its view, in bytes. */
  offset(index: number): number;
  /** What comes of them where each is transferred in full. */
  whole(): SweepResults;
  view(index: number): NodeJS.ArrayBufferView;
  /** Has {@link SweepRanges.address} look anew, since JavaScript may have run meanwhile. */
  look(): void;
  /** Where a range's memory is; undefined where its buffer was detached or has shrunk. */
  address(index: number): number | undefined;
  /**
   * Puts those from `from` on into a batch that is empty, at most so many, and of so many bytes unless it is one
   * alone.
   *
   * @returns how many; 0 where they have to be looked at one by one
   */
  pushTogether(batch: RangeBatch, from: number, most: number, bytes: number): number;
}

/**
 * Many ranges of one file, asked for together, on their way through the engine.
 *
 * None has a record of its own: its slot knows which range it is, and its result goes where it belongs.
 * A range becomes an {@link Operation} when there is more to it than one attempt: it was cut short, has
 * to wait, or failed.
 *
 * Owner: the engine, until every range that was begun has ended, heard or not.
 */
export class Sweep implements Group {
  readonly file: OpenFile;
  readonly command: Command;
  readonly ranges: SweepRanges;
  /** No eventfd says when ranges that are begun now end. */
  unannounced = false;
  /** When it was asked for, in ms, as performance.now() has it. */
  began = 0;
  /** Ranges that were begun and have not ended. */
  underWay = 0;

  /** Of writes. */
  epoch: Epoch | null = null;
  /** Called back with the results, once all are there. */
  whenEnded: ((results: SweepResults) => void) | null = null;
  /** Every range has ended that was begun, and no more will be. */
  hasEnded = false;

  #next = 0;
  /** Not a typed array, and not there while there is nothing to note: to make one takes as long as a read. */
  #results: number[] | null = null;
  /** All were transferred in full. */
  #isWhole = false;
  #isHeard = true;
  #scope: TraceScope | null = null;
  #wake: () => void = () => undefined;

  constructor(file: OpenFile, command: Command, ranges: SweepRanges) {
    this.file = file;
    this.command = command;
    this.ranges = ranges;
  }

  /** The bit of device.ts that says what kind of operation it is. */
  get kind(): number {
    return this.file.direct ? this.command.direct : this.command.buffered;
  }

  /** Its ranges are expected to have ended when io_submit returns. */
  get endsInLine(): boolean {
    return this.unannounced && takesNowait(this.file, this.kind);
  }

  /** How many have not been begun. */
  get left(): number {
    return this.ranges.count - this.#next;
  }

  /** Whether anybody still waits for it. */
  get isHeard(): boolean {
    return this.#isHeard;
  }

  /** Complete once it has ended. */
  get results(): SweepResults {
    return this.#isWhole ? this.ranges.whole() : this.#noted();
  }

  /**
   * For all of its ranges together: the descriptor stays open from now on, and a sync waits.
   *
   * @param wake - called when there may be room for more of it, and the engine does not know
   */
  begin(wake: () => void): void {
    const { file, command } = this;
    this.#wake = wake;
    file.begin();
    if (!command.reads) this.epoch = file.writes.enter();
  }

  /** More of it is about to be begun. */
  look(): void {
    this.unannounced = endsInLine(this.file, this.kind);
    this.ranges.look();
  }

  /** The range that is to be begun next; -1 where there is none. */
  peek(): number {
    const { ranges } = this;
    // Nothing to transfer, as Node has it: neither the file nor the position is looked at.
    while (this.#next < ranges.count && ranges.length(this.#next) === 0) {
      this.#noted()[this.#next++] = 0;
    }
    return this.#next < ranges.count ? this.#next : NONE;
  }

  /**
   * Takes the range that was looked at.
   *
   * @returns where its memory is; undefined where there is none any more: it has failed
   */
  take(range: number): number | undefined {
    this.#next++;
    this.underWay++;
    const address = this.ranges.address(range);
    if (address === undefined) {
      this.settled(range, -EFAULT);
      // Not here: others are just being begun.
      queueMicrotask(() => {
        this.announceEnd(range, -EFAULT);
      });
    }
    return address;
  }

  /** Begins as many ranges as go together: at most so many, and of so many bytes unless it is one alone. */
  beginTogether(batch: RangeBatch, most: number, bytes: number): void {
    const { ranges } = this;
    const next = this.peek();
    if (next === NONE || holdsUpLoop(ranges.length(next))) return;
    const together = ranges.pushTogether(batch, next, most, bytes);
    this.#next += together;
    this.underWay += together;
    if (together > 0) return;
    for (let range: number = next; range !== NONE && batch.count < most; range = this.peek()) {
      const length = ranges.length(range);
      if (holdsUpLoop(length) || (batch.count > 0 && batch.bytes + length > bytes)) return;
      const address = this.take(range);
      if (address !== undefined) batch.push(range, ranges.position(range), address, length);
    }
  }

  /** Fills in an operation that stands for a range. */
  fill(operation: Operation, range: number, address: number): Operation {
    const { ranges } = this;
    operation.command = this.command;
    operation.file = this.file;
    operation.memory = ranges.view(range);
    operation.viewOffset = ranges.offset(range);
    operation.address = address;
    operation.nbytes = operation.bytes = ranges.length(range);
    operation.offset = ranges.position(range);
    // It may be given up on before it has ended.
    operation.epoch = this.epoch === null ? null : this.file.writes.join(this.epoch);
    operation.scope = this.#scope;
    operation.group = this;
    operation.member = range;
    operation.began = this.began;
    this.file.begin();
    return operation;
  }

  settled(range: number, outcome: number): void {
    this.#noted()[range] = outcome;
    this.ended();
  }

  /** The first `count` of a batch have ended, each transferred in full; {@link endIfDone} comes next. */
  noteWhole(batch: RangeBatch, count: number): void {
    this.underWay -= count;
    this.#isWhole = count === this.ranges.count;
    if (this.#isWhole) return;
    const results = this.#noted();
    for (let i = 0; i < count; i++) results[batch.rangeAt(i)] = batch.columns.res[i]!;
  }

  leftToNode(range: number, result: unknown): void {
    void transferred(result).then((outcome) => {
      this.settled(range, outcome);
      this.#wake();
    });
  }

  #message(range: number): OperationMessage {
    const { ranges } = this;
    return {
      syscall: this.command.syscall,
      fd: this.file.fd,
      offset: ranges.position(range),
      bytes: ranges.length(range),
    };
  }

  /** Tells those who trace of all that is to be transferred. */
  announceStart(): void {
    this.#scope = new TraceScope();
    for (let range = 0; range < this.ranges.count; range++) {
      if (this.ranges.length(range) !== 0) operationStart.publish(this.#message(range));
    }
  }

  /** Tells those who trace that a range has ended. */
  announceEnd(range: number, result: number): void {
    if (operationEnd.hasSubscribers) publishEnd(this.#scope, this.#message(range), result);
  }

  /** A range that was begun has ended. */
  ended(): void {
    this.underWay--;
    this.endIfDone();
  }

  /**
   * Nobody waits for it any more: nothing more is begun.
   *
   * @returns what would have been
   */
  unhear(): number[] {
    this.#isHeard = false;
    this.whenEnded = null;
    const left: number[] = [];
    for (let range = this.peek(); range !== NONE; range = this.peek()) {
      left.push(range);
      this.#next++;
    }
    return left;
  }

  endIfDone(): void {
    if (this.underWay > 0 || this.hasEnded || this.peek() !== NONE) return;
    this.hasEnded = true;
    this.#isHeard = false;
    if (this.epoch !== null) this.file.writes.leave(this.epoch);
    this.file.end();
    if (this.whenEnded === null) return;
    this.whenEnded(this.results);
    this.whenEnded = null;
  }

  #noted(): number[] {
    return (this.#results ??= new Array<number>(this.ranges.count));
  }
}
