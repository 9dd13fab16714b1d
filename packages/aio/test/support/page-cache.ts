// What of a file is in the page cache, and how to have it out of there.
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  readSync,
  writeFileSync,
  writeSync,
} from 'node:fs';

/** Bytes that say where they are: each 8 hold their own offset. */
export function numberedBytes(bytes: number): Buffer {
  const words = new BigUint64Array(Math.ceil(bytes / 8));
  for (let i = 0; i < words.length; i++) words[i] = BigInt(i * 8);
  return Buffer.from(words.buffer, 0, bytes);
}

/** A file of numbered bytes: in the page cache, and on the disk. */
export function writeNumbered(path: string, bytes: number): Buffer {
  const contents = numberedBytes(bytes);
  const fd = openSync(path, 'w');
  for (let at = 0; at < bytes;) at += writeSync(fd, contents, at);
  fsyncSync(fd);
  closeSync(fd);
  return contents;
}

/**
 * Has a file in the page cache, for as long as nobody syncs it: what waits to be written back stays, where a
 * machine may drop other pages at any moment.
 */
export function bringIn(path: string): void {
  writeFileSync(path, readFileSync(path), { flag: 'r+' });
}

/** Has a file that is on a disk dropped from the page cache: POSIX_FADV_DONTNEED, by dd. */
export function evict(path: string): void {
  const how = ['oflag=nocache', 'conv=notrunc,fdatasync', 'count=0', 'status=none'];
  // It passes over pages that somebody else looks at in that moment; and what has no disk stays.
  for (let times = 0; times < 5; times++) {
    execFileSync('dd', [`of=${path}`, ...how]);
    if (cachedBytes(path) === 0) return;
  }
}

/** Drops a file from the page cache and brings a page of it back, and what the kernel reads ahead. */
export function keepOnly(path: string, offset: number): void {
  evict(path);
  const fd = openSync(path, 'r');
  readSync(fd, Buffer.alloc(1), 0, 1, offset);
  closeSync(fd);
}

/** How many bytes of a file are in the page cache; null where there is no fincore(1), of util-linux, to say it. */
export function cachedBytes(path: string): number | null {
  try {
    const output = execFileSync('fincore', ['--bytes', '--noheadings', '--output', 'RES', path]);
    return Number(output.toString());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
