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
  /** Whether each file is opened and closed in each round, or held open. */
  readonly reopen: boolean;
  /** For how long the files are read before, off the clock, so that V8 has compiled what is hot; 0 for not at all. */
  readonly warmUpSeconds: number;
}

/** Reads every file whole. */
export interface FileReader {
  /** Resolves to what was read: the buffers that it was given, or new ones. */
  readAll(): readonly Uint8Array[] | Promise<readonly Uint8Array[]>;
  close(): void | Promise<void>;
}

/** What a driver's module exports for this job. */
export interface EvaluationDriver {
  /** Holds the files open, and reads into the buffers, each of its file's size. */
  readonly openFiles: (
    files: readonly EvaluationFile[],
    buffers: readonly Uint8Array[],
  ) => FileReader | Promise<FileReader>;
  /** Opens, reads and closes each file each time. */
  readonly reopenFiles?: (files: readonly EvaluationFile[]) => FileReader;
}
