import type { Blocks, BlocksWork, RecordLatency } from './work.js';

/** Enough for V8 to have compiled whatever is hot, so that it does not compile on the clock. */
const ENOUGH = 50_000;
const ENOUGH_SECONDS = 0.15;
/** A slow driver is not made faster by waiting longer. */
const AT_MOST_SECONDS = 0.5;
/** How long a piece is, by which the speed is told. */
const PIECE_SECONDS = 0.05;

/** How many operations were made, and how many a second the last of them were. */
export interface WarmedUp {
  readonly done: number;
  readonly perSecond: number;
}

/** Of blocks that are taken only once, the measurement must get most. */
const AT_MOST_SHARE = 1 / 4;

function atMostOf({ once, paths, blocksPerFile }: BlocksWork): number {
  return once ? paths.length * blocksPerFile * AT_MOST_SHARE : Infinity;
}

/** Transfers until the code is warm. */
export async function warmUp(
  blocks: Blocks,
  work: BlocksWork,
  record: RecordLatency | undefined,
): Promise<WarmedUp> {
  const { depth, seconds } = work;
  const atMost = atMostOf(work);
  const least = Math.min(ENOUGH_SECONDS, seconds) * 1e3;
  const most = Math.min(AT_MOST_SECONDS, seconds) * 1e3;
  const startedAt = performance.now();
  for (let done = 0, count = depth; ;) {
    const from = performance.now();
    await blocks.transfer(count, record);
    const now = performance.now();
    done += count;
    const elapsed = now - startedAt;
    const next = now - from < PIECE_SECONDS * 1e3 ? count * 2 : count;
    if (
      elapsed >= most ||
      (elapsed >= least && done >= ENOUGH) ||
      (elapsed >= least && atMost < Infinity) ||
      done + next > atMost
    ) {
      return { done, perSecond: (count / (now - from)) * 1e3 };
    }
    count = next;
  }
}
