import { constants } from 'node:fs';
import { median } from 'simple-statistics';
import { closing } from '../../measure/closing.js';
import { collectedMemory } from '../../measure/collected-memory.js';
import { BlockReads } from './read-blocks.js';
import type { MemoryDriver, MemoryWork } from './work.js';

/** Rounds until tables have grown and code has been compiled. */
const WARM_UP = 20;
/** What else the heap does meanwhile falls out. */
const ROUNDS = 5;

function nextTick(): Promise<void> {
  return new Promise((resolve) => {
    process.nextTick(resolve);
  });
}

interface Weighed {
  readonly pending: number;
  readonly bytesEach: number;
}

async function weigh(reads: BlockReads): Promise<Weighed> {
  const before = collectedMemory();
  let settled = 0;
  const started = reads.start();
  for (const one of started) void one.then(() => settled++);
  // By then they have been submitted, since that was asked for first.
  await nextTick();
  const pending = started.length - settled;
  const now = collectedMemory();
  await Promise.all(started);
  const bytes = now.heap - before.heap + now.external - before.external;
  return { pending, bytesEach: bytes / started.length };
}

/**
 * What a read holds while it is in flight, besides its buffer: the heap's growth while so many are, and a
 * share of the tables that were made for them. Direct reads: cached ones would be done at once.
 */
export async function weighInFlight(
  driver: MemoryDriver,
  { path, size, depth }: MemoryWork,
): Promise<Readonly<Record<string, number>>> {
  const before = collectedMemory().external;
  const handle = await driver.openHandle(path, constants.O_RDONLY | constants.O_DIRECT);
  await using _closing = closing(handle);
  const opened = collectedMemory().external;
  const reads = new BlockReads(handle, size, depth);
  const prepared = collectedMemory().external;
  for (let i = 0; i < WARM_UP; i++) await Promise.all(reads.start());
  const grown = collectedMemory().external - prepared;
  const tables = Math.max(0, opened - before + grown) / depth;
  const weighed: Weighed[] = [];
  for (let i = 0; i < ROUNDS; i++) weighed.push(await weigh(reads));
  reads.check();
  return {
    inFlight: median(weighed.map(({ pending }) => pending)),
    bytesEach: median(weighed.map(({ bytesEach }) => bytesEach)) + tables,
    tableBytesEach: tables,
  };
}
