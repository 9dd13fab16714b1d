import { CACHED_ENOUGH, residentShare, touch } from '../../measure/page-cache.js';
import { formatNumber } from '../../report/format.js';

/** How much of the file was in memory; undefined where fincore(1) is not there to say it. */
export interface Residency {
  readonly before: number | undefined;
  readonly after: number | undefined;
}

export interface CachedTurn<Sample> {
  readonly sample: Sample;
  readonly residency: Residency;
}

const ATTEMPTS = 3;

function isCached(share: number | undefined): boolean {
  return share === undefined || share >= CACHED_ENOUGH;
}

/**
 * Runs a turn on a file that is in memory before it and after it. A turn that the kernel took
 * pages away from meanwhile has measured something else: it is refused, and run again.
 */
export async function cachedTurn<Sample>(
  path: string,
  size: number,
  signal: AbortSignal,
  turn: () => Promise<Sample>,
): Promise<CachedTurn<Sample>> {
  let worst = 1;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    touch(path);
    const before = await residentShare(path, size, signal);
    const sample = await turn();
    const after = await residentShare(path, size, signal);
    if (isCached(before) && isCached(after)) return { sample, residency: { before, after } };
    worst = Math.min(before ?? 1, after ?? 1);
  }
  throw new Error(
    `refused ${ATTEMPTS} times: only ${formatNumber(worst * 100, 1)} % of the file was in memory`,
  );
}
