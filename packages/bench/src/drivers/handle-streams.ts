import type { FileHandle } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';

type OpenHandle = (
  path: string,
  flags: string,
) => Promise<Pick<FileHandle, 'createReadStream' | 'createWriteStream'>>;

/** `handle.createReadStream()`. */
export async function readerOf(
  open: OpenHandle,
  path: string,
  blockSize: number,
): Promise<Readable> {
  return (await open(path, 'r')).createReadStream({ highWaterMark: blockSize });
}

/** `handle.createWriteStream()`. */
export async function writerOf(
  open: OpenHandle,
  path: string,
  blockSize: number,
): Promise<Writable> {
  return (await open(path, 'w')).createWriteStream({ highWaterMark: blockSize });
}
