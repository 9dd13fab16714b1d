/** A small file of known content. */
export interface SmallFile {
  readonly path: string;
  readonly size: number;
  /** Where its content begins; see makeContentFile. */
  readonly base: number;
}

/** The job of one child process: open, read and close small files, whole, in random order. */
export interface WholeFilesWork {
  readonly files: readonly SmallFile[];
  /** Whether none of them is there, and all that is to come of it is the right error. */
  readonly missing: boolean;
  /** How many at a time; a driver that blocks reads one. */
  readonly parallel: number;
  /** Whether each file is taken once on the clock (the second time would find it in memory). */
  readonly once: boolean;
  readonly seed: number;
  /** For how long to measure, where files can be taken again. */
  readonly seconds: number;
  /** Whether to take each file's latency, which costs speed. */
  readonly latency: boolean;
}

/** What a driver's module exports for this job: one of the two. */
export type WholeFilesDriver =
  | { readonly readFile: (path: string) => Promise<Uint8Array>; readonly readFileSync?: undefined }
  | { readonly readFileSync: (path: string) => Uint8Array; readonly readFile?: undefined };
