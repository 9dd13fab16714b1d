import type { RandomReadWork, RandomReader, RecordLatency } from './workload.js';

/** Enough for V8 to have compiled whatever is hot, so that it does not compile on the clock. */
const ENOUGH_READS = 50_000;
const ENOUGH_SECONDS = 0.15;
/** A slow driver is not made faster by waiting longer. */
const AT_MOST_SECONDS = 0.5;
/** How long a piece is, by which the speed is told. */
const PIECE_SECONDS = 0.05;

/** Reads until the code is warm, and gives its speed in reads per second. */
export async function warmUp(
  reader: RandomReader,
  { depth, seconds }: RandomReadWork,
  record: RecordLatency | undefined,
): Promise<number> {
  const least = Math.min(ENOUGH_SECONDS, seconds) * 1e3;
  const most = Math.min(AT_MOST_SECONDS, seconds) * 1e3;
  const startedAt = performance.now();
  for (let reads = 0, count = depth * 16; ;) {
    const from = performance.now();
    await reader.read(count, record);
    const now = performance.now();
    reads += count;
    const elapsed = now - startedAt;
    if (elapsed >= most || (elapsed >= least && reads >= ENOUGH_READS)) {
      return (count / (now - from)) * 1e3;
    }
    if (now - from < PIECE_SECONDS * 1e3) count *= 2;
  }
}
