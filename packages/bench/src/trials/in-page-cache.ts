import { CACHED_ENOUGH, COLD_ENOUGH, evict, residentShare, touch } from '../measure/page-cache.js';
import { formatNumber } from '../report/format.js';
import type { Residency } from './findings.js';
import type { Case } from './plan.js';

export interface Taken<Sample> {
  readonly sample: Sample;
  readonly residency?: Residency;
}

const ATTEMPTS = 3;
const MANY = 1000;

type Placed = Pick<Case<unknown>, 'files' | 'size' | 'pageCache'>;

async function prepare({ files, pageCache }: Placed, signal: AbortSignal): Promise<void> {
  if (pageCache === 'dropped') await evict(files, signal);
  else for (const path of files) touch(path);
}

function isAsWanted(pageCache: Placed['pageCache'], { before, after }: Residency): boolean {
  if (pageCache === 'dropped') return before === undefined || before <= COLD_ENOUGH;
  return [before, after].every((share) => share === undefined || share >= CACHED_ENOUGH);
}

/** To be called when all is warmed up, just before anything is measured. */
export type Ready = () => Promise<void>;

/**
 * Takes a turn on files that are in memory before it and after it, or are not. A turn in which the
 * kernel took pages away has measured something else: it is refused, and taken again.
 */
export async function inPageCache<Sample>(
  placed: Placed,
  signal: AbortSignal,
  turn: (ready: Ready) => Promise<Sample>,
): Promise<Taken<Sample>> {
  const { files, size, pageCache } = placed;
  if (pageCache === 'any') return { sample: await turn(() => Promise.resolve()) };
  let found: Residency = { before: 0, after: 0 };
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    await prepare(placed, signal);
    let before: number | undefined;
    // Asking for thousands of files takes longer than the turn.
    const ask = (): Promise<number | undefined> =>
      files.length > MANY ? Promise.resolve(undefined) : residentShare(files, size, signal);
    const sample = await turn(async () => {
      await prepare(placed, signal);
      before = await ask();
    });
    found = { before, after: await ask() };
    if (isAsWanted(pageCache, found)) return { sample, residency: found };
  }
  const percent = (share: number | undefined): string => `${formatNumber((share ?? 0) * 100, 1)} %`;
  throw new Error(
    `refused ${ATTEMPTS} times: ${percent(found.before)} of the file was in memory before, ${percent(found.after)} after`,
  );
}
