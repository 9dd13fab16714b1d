import type { RecordLatency } from '../../measure/warm-up.js';

/** The job of one child process: read or write blocks of files at random places. */
export interface BlocksWork {
  /** Files of equal size; their contents continue each other. */
  readonly paths: readonly string[];
  readonly blockSize: number;
  /** How many whole blocks each file has. */
  readonly blocksPerFile: number;
  readonly write: boolean;
  /** Whether no block is taken twice (of a cold file, the second time would be a cached read). */
  readonly once: boolean;
  /** How many may be in flight. */
  readonly depth: number;
  /** How many one submission, and one look at the completions, takes at most. */
  readonly batch: number;
  /** O_DIRECT. */
  readonly direct: boolean;
  /** How far into a page the first buffer begins, in bytes; 0 unless given. The others follow it. */
  readonly memoryOffset?: number;
  /** Where the random numbers start. */
  readonly seed: number;
  /** For how long to measure. */
  readonly seconds: number;
  /** How many transfers to make, without a warm-up, in place of as many as that takes. */
  readonly operations?: number;
  /** Whether to take each operation's latency, which costs speed. */
  readonly latency: boolean;
  /** Whether to watch the event loop; drivers that block it give it a turn after each batch. */
  readonly watchLoop: boolean;
  /** Whether to keep Node's pool, of so many threads, full meanwhile. */
  readonly fillPool?: number;
}

/** Files held open, and as many buffers as there may be operations in flight. */
export interface Blocks {
  /** Transfers so many random blocks; all of them are done when it returns. */
  transfer(count: number, record: RecordLatency | undefined): void | Promise<void>;
  /** The block that was transferred with a buffer last, or -1. */
  lastBlock(buffer: number): number;
  close(): void | Promise<void>;
}

/** What a driver's module exports for this job. */
export interface BlocksDriver {
  openBlocks(work: BlocksWork, buffers: readonly Uint8Array[]): Blocks | Promise<Blocks>;
}
