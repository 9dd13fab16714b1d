import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';

/** The content of a file is made of words, each a function of its place in the file. */
export const CONTENT_UNIT = 4;

const CHUNK = 1024 * 1024;

// A multiplicative hash (Murmur3's finalizer): neighbours differ, and so do equal offsets of
// neighbouring blocks, so that a block from the wrong place never looks right.
function wordAt(index: number): number {
  let word = Math.imul(index, 0x9e3779b1);
  word ^= word >>> 16;
  word = Math.imul(word, 0x85ebca6b);
  return word ^ (word >>> 13);
}

function wordsOf(buffer: Uint8Array): Int32Array {
  return new Int32Array(buffer.buffer, buffer.byteOffset, buffer.byteLength / CONTENT_UNIT);
}

/** Fills a buffer with what the file holds at an offset. Both are multiples of CONTENT_UNIT. */
export function fillContent(buffer: Uint8Array, offset: number): void {
  const words = wordsOf(buffer);
  const first = offset / CONTENT_UNIT;
  for (let i = 0; i < words.length; i++) words[i] = wordAt(first + i);
}

/** Whether a buffer holds what the file holds at an offset. */
export function contentMatches(buffer: Uint8Array, offset: number): boolean {
  const words = wordsOf(buffer);
  const first = offset / CONTENT_UNIT;
  for (let i = 0; i < words.length; i++) if (words[i] !== wordAt(first + i)) return false;
  return true;
}

/**
 * Makes a file of known content, and leaves no write-back for the measurement to run into.
 *
 * @param base - where its content begins, for files whose contents continue each other
 * @param piece - how many bytes are written at a time: the page cache is made of pieces (folios) about as large
 */
export function makeContentFile(path: string, size: number, base = 0, piece: number = CHUNK): void {
  const fd = openSync(path, 'wx');
  try {
    const chunk = new Uint8Array(Math.min(piece, size));
    for (let offset = 0; offset < size; offset += piece) {
      fillContent(chunk, base + offset);
      writeSync(fd, chunk, 0, Math.min(piece, size - offset), offset);
    }
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
