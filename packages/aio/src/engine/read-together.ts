import { availableParallelism, constants } from 'node:os';
import { IoRangeArray } from 'aio-bind';
import type { KernelPort } from './kernel-port.js';

const { EOPNOTSUPP, EPERM } = constants.errno;
const NONE = -1;

// To wake a thread takes some microseconds, and a while until it runs. That pays from so much copying on:
/** Of all of them together. */
const WORTH_BYTES = 3 << 16;
/** Of each, on average. */
export const WORTH_BYTES_EACH: number = 1 << 15;

/**
 * Whether a result of preadv2(2) is none: it cannot be done at once, for one reason or another (EOPNOTSUPP), or a sandbox
 * forbids the call (EPERM). Then io_submit is to be asked, which knows files for which there is no AIO from those that have
 * no RWF_NOWAIT, and has the file's own EPERM.
 */
export function isNoAnswer(result: number): boolean {
  return result < 0 && (result === -EOPNOTSUPP || result === -EPERM);
}

/** Reads in columns that go together. */
export interface ColumnBatch {
  readonly columns: IoRangeArray;
  readonly generation: number;
  /** How many. */
  readonly count: number;
  /** Of all of them together. */
  readonly bytes: number;
  /** It went by preadv2(2), read by read; else by io_submit(2). */
  isHelped: boolean;
  /** Which one goes on in a thread that helped, and will be announced; -1 where none does. */
  late: number;
}

/** Nobody helps with it. */
export function notHelped(batch: ColumnBatch): void {
  batch.isHelped = false;
  batch.late = NONE;
}

/**
 * Whether the result of one is no answer yet.
 *
 * @param isHelped - of its batch
 */
export function isUnanswered(isHelped: boolean, result: number): boolean {
  return isHelped && isNoAnswer(result);
}

/**
 * Batches of cached reads that are large enough for another thread to help with, so that two processors copy and the event
 * loop is held up for half as long.
 */
export class ReadTogether {
  readonly #port: KernelPort;
  /** There is another processor that could copy. */
  readonly #hasHelp = availableParallelism() > 1;
  #lateSlot = NONE;
  #lateGeneration = 0;

  constructor(port: KernelPort) {
    this.#port = port;
  }

  isWorthIt({ count, bytes }: ColumnBatch): boolean {
    if (bytes < WORTH_BYTES || bytes < count * WORTH_BYTES_EACH || count < 2) return false;
    return this.#hasHelp;
  }

  /** Reads all of them; a result that {@link isUnanswered} is to be asked for by io_submit. */
  read(batch: ColumnBatch): void {
    const late = this.#port.readTogether(batch);
    batch.isHelped = true;
    batch.late = late;
    if (late === NONE) return;
    this.#lateSlot = batch.columns.slot[late]!;
    this.#lateGeneration = batch.generation;
  }

  /** The slot of what is late; -1 where nothing is. */
  get lateSlot(): number {
    return this.#lateSlot;
  }

  get lateGeneration(): number {
    return this.#lateGeneration;
  }

  /** What has come of it, once: bytes, or -errno; PENDING as long as it goes on. */
  reapLate(): number {
    const result = this.#port.reapLate();
    if (result !== IoRangeArray.PENDING) this.#lateSlot = NONE;
    return result;
  }
}
