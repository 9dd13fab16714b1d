import { createReadStream, createWriteStream } from 'node:fs';
import type { Readable, Writable } from 'node:stream';

/** `fs.createReadStream(path)`: by callbacks, without a FileHandle. */
export function openReader(path: string, blockSize: number): Readable {
  return createReadStream(path, { highWaterMark: blockSize });
}

/** `fs.createWriteStream(path)`. */
export function openWriter(path: string, blockSize: number): Writable {
  return createWriteStream(path, { highWaterMark: blockSize });
}
