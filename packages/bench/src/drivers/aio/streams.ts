import { open, type AioFileHandle } from 'aio';
import type { Readable, Writable } from 'node:stream';
import { readerOf, writerOf } from '../handle-streams.js';

function openKernel(path: string, flags: string): Promise<AioFileHandle> {
  return open(path, flags, { backend: 'kernel' });
}

/** The same streams as of `fs.promises`, on a handle of `aio`. */
export function openReader(path: string, blockSize: number): Promise<Readable> {
  return readerOf(openKernel, path, blockSize);
}

export function openWriter(path: string, blockSize: number): Promise<Writable> {
  return writerOf(openKernel, path, blockSize);
}
