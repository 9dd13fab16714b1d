import type { Readable, Writable } from 'node:stream';

/** The job of one child process: let a stream read a file, or write one, from its beginning to its end. */
export interface StreamsWork {
  readonly write: boolean;
  /** A file of known content; or where one is made. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** Of the stream's chunks, in bytes (its highWaterMark). */
  readonly blockSize: number;
  /** For how long to measure: whole files, as many as that takes. */
  readonly seconds: number;
  /** Whether once is enough (of a cold file, the second time would be a cached one). */
  readonly once: boolean;
}

/** What a driver's module exports for this job. Streams close what they have opened. */
export interface StreamsDriver {
  openReader(path: string, blockSize: number): Readable | Promise<Readable>;
  openWriter(path: string, blockSize: number): Writable | Promise<Writable>;
}
