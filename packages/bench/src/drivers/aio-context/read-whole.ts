import type { AioContext, AioEvent, ReadOperation, SubmitError } from 'aio';
import { read } from 'node:fs';
import { promisify } from 'node:util';
import { checkWhole } from '../check-read.js';

const readByNode = promisify(read);

/** All with one system call; without RWF_NOWAIT where the file system does not know it (overlayfs). */
function submitTogether(context: AioContext, reads: readonly ReadOperation[]): void {
  for (let rest = reads; rest.length > 0;) {
    try {
      context.submit(...rest);
      return;
    } catch (error) {
      const { code, submitted } = error as SubmitError;
      const refused = rest[submitted];
      if (code !== 'ENOTSUP' || refused === undefined || refused.flags === 0) throw error;
      refused.flags = 0;
      rest = rest.slice(submitted);
    }
  }
}

/** What would have waited has failed with EAGAIN, or ends where the page cache ended. */
function isWhole({ result, operation }: AioEvent<ReadOperation>): boolean {
  return result === operation.length;
}

/** In the pool, where it may wait, and says itself what is wrong with the file, if anything is. */
async function readAnew({ fd, buffer, length }: ReadOperation): Promise<void> {
  const { bytesRead } = await readByNode(fd, buffer, 0, length, 0);
  checkWhole(bytesRead, buffer);
}

/** Waits for what is still under way, and reads anew what was cut short. */
async function complete(context: AioContext, cutShort: AioEvent<ReadOperation>[]): Promise<void> {
  for await (const event of context as AsyncIterable<AioEvent<ReadOperation>>) {
    if (!isWhole(event)) cutShort.push(event);
  }
  await Promise.all(cutShort.map(({ operation }) => readAnew(operation)));
}

/**
 * Reads whole files that are in memory on the spot: one system call submits the reads, and their events are
 * in the ring when it returns. Nothing waits on the event loop, and only what is not in memory wants a thread.
 *
 * @param reads - with RWF_NOWAIT, and all that the context has
 * @returns a promise where something is not in memory
 */
export function readWhole(
  context: AioContext,
  reads: readonly ReadOperation[],
): Promise<void> | undefined {
  submitTogether(context, reads);
  let whole = 0;
  const events = context.getEvents(0, reads.length) as AioEvent<ReadOperation>[];
  for (const event of events) if (isWhole(event)) whole++;
  if (whole === reads.length) return undefined;
  return complete(
    context,
    events.filter((event) => !isWhole(event)),
  );
}
