/** The job of one child process: read blocks of one file at random. */
export interface RandomReadWork {
  readonly path: string;
  readonly blockSize: number;
  /** How many whole blocks the file has. */
  readonly blocks: number;
  /** How many reads may be in flight. */
  readonly depth: number;
  /** How many reads one submission, and one look at the completions, takes at most. */
  readonly batch: number;
  /** O_DIRECT. */
  readonly direct: boolean;
  /** Where the random numbers start. */
  readonly seed: number;
  /** For how long to measure. */
  readonly seconds: number;
  /** Whether to take each read's latency, which costs speed. */
  readonly latency: boolean;
}

/** Takes the latency of one read, in milliseconds. */
export type RecordLatency = (milliseconds: number) => void;

/** A file held open, and as many buffers as there may be reads in flight. */
export interface RandomReader {
  /** Makes so many reads of random blocks; all of them are done when it returns. */
  read(count: number, record: RecordLatency | undefined): void | Promise<void>;
  /** The block that was read into a buffer last, or -1: what the buffer must hold now. */
  lastBlock(buffer: number): number;
  close(): void | Promise<void>;
}

/** What a driver's module exports for this trial. */
export interface RandomReadDriver {
  openFile(
    work: RandomReadWork,
    buffers: readonly Uint8Array[],
  ): RandomReader | Promise<RandomReader>;
}

/** Latency percentiles in microseconds. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
}

export interface RandomReadSample {
  readonly reads: number;
  readonly seconds: number;
  readonly userSeconds: number;
  readonly systemSeconds: number;
  readonly latency?: Latency;
}
