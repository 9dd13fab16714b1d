/** A file to read, and what a right reading of it hashes to. */
export interface EvaluationFile {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

/** The job of one child process: read every file whole, wait, and again. */
export interface EvaluationWork {
  readonly files: readonly EvaluationFile[];
  readonly rounds: number;
  readonly intervalMs: number;
}

/** Files held open, each with a buffer of its size. */
export interface FileReader {
  /** Reads every file whole into its buffer, and gives the number of bytes read. */
  readAll(): number | Promise<number>;
  close(): void | Promise<void>;
}

/** What a driver's module exports for this trial. */
export interface EvaluationDriver {
  openFiles(
    files: readonly EvaluationFile[],
    buffers: readonly Uint8Array[],
  ): FileReader | Promise<FileReader>;
}

export interface EvaluationSample {
  /** All rounds, with the timers. */
  readonly seconds: number;
  /** The reads of one round, from the call until the bytes are there: the mean of all rounds. */
  readonly readingMicroseconds: number;
  readonly userSeconds: number;
  readonly systemSeconds: number;
  readonly threads: number;
  readonly physicalBytes: number;
  readonly virtualBytes: number;
}
