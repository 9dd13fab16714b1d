import { addressOf } from 'aio-bind';

const PAGE = 4096;

/**
 * Memory that begins with a page. What malloc(3) gives of large memory begins 16 bytes into one, and there the kernel's
 * copying from the page cache is slowest with some processors (bench: random-read, by where in a page memory begins).
 *
 * @param bytes - how much
 */
export function pageAligned(bytes: number): Buffer {
  const memory = Buffer.allocUnsafeSlow(bytes + PAGE - 1);
  const from = -addressOf(memory) & (PAGE - 1);
  return memory.subarray(from, from + bytes);
}
