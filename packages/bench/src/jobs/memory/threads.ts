import { constants } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { contentMatches } from '../../files/content.js';
import { closing } from '../../measure/closing.js';
import { countThreads } from '../../measure/threads.js';
import { BlockReads } from './read-blocks.js';
import { LARGE, type MemoryDriver, type MemoryWork } from './work.js';

const INLINE_READS = 10_000;
const LARGE_READS = 32;
/** How long threads may linger. */
const PATIENCE_MS = 4000;
const LOOK_EVERY_MS = 100;

/** The threads beyond those that were there when the file had been opened. */
export async function watchThreads(
  driver: MemoryDriver,
  { path, size, depth }: MemoryWork,
): Promise<Readonly<Record<string, number>>> {
  const handle = await driver.openHandle(path, constants.O_RDONLY);
  await using _closing = closing(handle);
  const before = countThreads();
  const reads = new BlockReads(handle, size, depth);
  await reads.make(INLINE_READS);
  reads.check();
  const threadsInLine = countThreads() - before;

  const places = Math.floor(size / LARGE);
  let most = 0;
  await Promise.all(
    Array.from({ length: LARGE_READS }, async (_, i) => {
      const buffer = new Uint8Array(LARGE);
      const position = (i % places) * LARGE;
      await handle.read(buffer, 0, LARGE, position);
      most = Math.max(most, countThreads() - before);
      if (!contentMatches(buffer, position)) {
        throw new Error(`wrong bytes were read from offset ${position}`);
      }
    }),
  );

  const from = performance.now();
  while (countThreads() > before && performance.now() - from < PATIENCE_MS) {
    await sleep(LOOK_EVERY_MS);
  }
  const threadsLater = countThreads() - before;
  return { threadsInLine, threadsOffloaded: most, threadsLater };
}
