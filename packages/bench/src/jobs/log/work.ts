/** The job of one child process: writers that each append a record and wait until it is on the disk. */
export interface LogWork {
  /** Where the logs are made; they are removed afterwards. */
  readonly directory: string;
  readonly writers: number;
  /** Whether all write to one log, or each to its own. */
  readonly shared: boolean;
  readonly recordBytes: number;
  /** For how long to measure. */
  readonly seconds: number;
  /** Whether to take each record's latency. */
  readonly latency: boolean;
}

/** A file that is open for appending. */
export interface Log {
  /** Writes a record behind the others; it is on the disk when it returns (fdatasync(2)). */
  append(record: Uint8Array): void | Promise<void>;
  close(): void | Promise<void>;
}

/** What a driver's module exports for this job. */
export interface LogDriver {
  openLog(path: string): Log | Promise<Log>;
}
