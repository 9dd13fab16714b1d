import { open } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';
import { readerOf, writerOf } from '../handle-streams.js';

/** Streams of a FileHandle of `fs.promises`. */
export function openReader(path: string, blockSize: number): Promise<Readable> {
  return readerOf(open, path, blockSize);
}

export function openWriter(path: string, blockSize: number): Promise<Writable> {
  return writerOf(open, path, blockSize);
}
