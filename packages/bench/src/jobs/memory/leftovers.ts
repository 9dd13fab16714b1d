import { constants, readdirSync } from 'node:fs';
import { closing } from '../../measure/closing.js';
import { collectedMemory } from '../../measure/collected-memory.js';
import { BlockReads } from './read-blocks.js';
import type { MemoryDriver, MemoryWork } from './work.js';

const PIECE = 20_000;
/** So that the heap has the size by then that such a load gives it. */
const WARM_UP_SECONDS = 1;

async function readFor(reads: BlockReads, operations: number, seconds: number): Promise<number> {
  const until = performance.now() + seconds * 1e3;
  let done = 0;
  while (done < operations && performance.now() < until) {
    const count = Math.min(PIECE, operations - done);
    await reads.make(count);
    done += count;
  }
  return done;
}

function countDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

/** How much more is held after very many reads than before them. */
export async function findLeftovers(
  driver: MemoryDriver,
  { path, size, depth, operations, seconds }: MemoryWork,
): Promise<Readonly<Record<string, number>>> {
  const handle = await driver.openHandle(path, constants.O_RDONLY);
  await using _closing = closing(handle);
  const reads = new BlockReads(handle, size, depth);
  await readFor(reads, operations, Math.min(seconds, WARM_UP_SECONDS));
  const descriptors = countDescriptors();
  const before = collectedMemory();
  const done = await readFor(reads, operations, seconds);
  const after = collectedMemory();
  const descriptorsLeft = countDescriptors() - descriptors;
  reads.check();
  return {
    millionReads: done / 1e6,
    heapGrowthKibibytes: (after.heap - before.heap) / 1024,
    externalGrowthKibibytes: (after.external - before.external) / 1024,
    residentGrowthMebibytes: (after.resident - before.resident) / 1024 ** 2,
    newSpaceGrowthMebibytes: (after.newSpace - before.newSpace) / 1024 ** 2,
    descriptorsLeft,
  };
}
