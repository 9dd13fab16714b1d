import { fstatSync } from 'node:fs';
import { close } from 'aio-bind';

/**
 * Reads a FIFO that is open, without blocking, until its writers have gone; where none has come yet it waits for the
 * first. No thread waits, where Node's `readFile` has one do so.
 *
 * @param fd - which is closed in the end
 * @returns null where it is something else
 */
export async function readFifo(fd: number): Promise<Buffer | null> {
  if (!fstatSync(fd).isFIFO()) {
    close(fd);
    return null;
  }
  const { Socket } = await import('node:net');
  const chunks: Buffer[] = [];
  const pipe: AsyncIterable<Buffer> = new Socket({ fd, readable: true, writable: false });
  for await (const chunk of pipe) chunks.push(chunk);
  return Buffer.concat(chunks);
}
