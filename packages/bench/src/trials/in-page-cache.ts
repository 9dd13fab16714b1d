import {
  CACHED_ENOUGH,
  COLD_ENOUGH,
  FILES_ASKED,
  MANY_FILES,
  evict,
  residentShare,
  touch,
} from '../measure/page-cache.js';
import { formatNumber } from '../report/format.js';
import type { Residency } from './findings.js';
import type { Case } from './plan.js';

export interface Taken<Sample> {
  readonly sample: Sample;
  readonly residency?: Residency;
}

const ATTEMPTS = 3;
const UNKNOWN =
  'refused: that the files are not in memory is not known, since fincore, of util-linux (Debian: util-linux-extra), is not installed';

type Placed = Pick<Case<unknown>, 'files' | 'pageCache'>;

/** What is to be known of the shares that are found. */
export function residencyNotes(cases: readonly Placed[]): readonly string[] {
  if (cases.every(({ files }) => files.length <= MANY_FILES)) return [];
  return [
    `where there are more than ${MANY_FILES} files, ${FILES_ASKED} of them stand for all when it is asked how much is in memory`,
  ];
}

async function prepare({ files, pageCache }: Placed, signal: AbortSignal): Promise<void> {
  if (pageCache === 'dropped') await evict(files, signal);
  else for (const path of files) touch(path);
}

function isAsWanted(pageCache: Placed['pageCache'], { before, after }: Residency): boolean {
  if (pageCache === 'dropped') return before !== undefined && before <= COLD_ENOUGH;
  return [before, after].every((share) => share === undefined || share >= CACHED_ENOUGH);
}

/** To be called when all is warmed up, just before anything is measured. */
export type Ready = () => Promise<void>;

/**
 * Takes a turn on files that are in memory before it and after it, or are not. A turn in which the
 * kernel took pages away has measured something else: it is refused, and taken again. Where there is no fincore(1) to
 * say it, files that have just been read are taken to be there, but not those that were dropped to be gone: that is a
 * request which the kernel need not grant.
 */
export async function inPageCache<Sample>(
  placed: Placed,
  signal: AbortSignal,
  turn: (ready: Ready) => Promise<Sample>,
): Promise<Taken<Sample>> {
  const { files, pageCache } = placed;
  if (pageCache === 'any') return { sample: await turn(() => Promise.resolve()) };
  const ask = (): Promise<number | undefined> => residentShare(files, signal);
  if (pageCache === 'dropped' && (await ask()) === undefined) throw new Error(UNKNOWN);
  let found: Residency = { before: 0, after: 0 };
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    await prepare(placed, signal);
    let before: number | undefined;
    const sample = await turn(async () => {
      await prepare(placed, signal);
      before = await ask();
    });
    found = { before, after: await ask() };
    if (isAsWanted(pageCache, found)) return { sample, residency: found };
  }
  const percent = (share: number | undefined): string =>
    share === undefined ? 'an unknown part' : `${formatNumber(share * 100, 1)} %`;
  throw new Error(
    `refused ${ATTEMPTS} times: ${percent(found.before)} of the file was in memory before, ${percent(found.after)} after`,
  );
}
