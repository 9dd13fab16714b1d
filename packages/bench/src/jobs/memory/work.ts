import type { FileHandle } from 'node:fs/promises';

/** What a read has that is so long that copying it would hold the loop up, in bytes. */
export const LARGE: number = 1024 * 1024;

/** The job of one child process: find out what reads hold on to. */
export interface MemoryWork {
  readonly question: Question;
  /** A file of known content. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** How many reads are in flight. */
  readonly depth: number;
  /** How many reads the endless kind makes, and when it stops before that. */
  readonly operations: number;
  readonly seconds: number;
}

export type Question =
  /** Which threads are there before, while and after reads are offloaded? */
  | 'threads'
  /** What does a read in flight hold? */
  | 'in-flight'
  /** What is left of very many reads? */
  | 'leftovers';

export type ReadHandle = Pick<FileHandle, 'read' | 'close'>;

/** What a driver's module exports for this job. */
export interface MemoryDriver {
  openHandle(path: string, flags: number): Promise<ReadHandle>;
}
