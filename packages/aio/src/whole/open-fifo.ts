import type { Socket } from 'node:net';
import { close } from 'aio-bind';

/** How many may be open here at once; whoever comes beyond that waits in Node's pool, which has four open. */
const MOST_OPEN = 16;
let open = 0;

type SocketClass = typeof Socket;
let socketClass: SocketClass | null = null;

/** Has what reads them loaded: until it is there, none may be opened. */
export async function loadSockets(): Promise<void> {
  const net = await import('node:net');
  socketClass = net.Socket;
}

/** Whether one more may be opened, in case that a path leads to one. */
export function hasRoomForFifo(): boolean {
  return socketClass !== null && open < MOST_OPEN;
}

async function readAll(pipe: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of pipe) chunks.push(chunk);
  } finally {
    open--;
  }
  return Buffer.concat(chunks);
}

/**
 * Reads a FIFO that is open, for which there was room, until its writers have gone; where none has come yet it waits
 * for the first. It does not block: no thread waits, where Node's `readFile` has one do so.
 *
 * @param fd - which is the event loop's from now on, and ends with it
 */
export function readOpenFifo(fd: number): Promise<Buffer> {
  if (socketClass === null) throw new Error('nothing to read a FIFO with was loaded');
  let pipe: Socket;
  try {
    pipe = new socketClass({ fd, readable: true, writable: false });
  } catch (error) {
    close(fd);
    throw error;
  }
  open++;
  return readAll(pipe);
}
