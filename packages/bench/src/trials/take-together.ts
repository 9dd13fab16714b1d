import type { Sample } from '../measure/sample.js';
import type { Residency } from './findings.js';
import { inPageCache, type Ready } from './in-page-cache.js';
import type { Case, Driver, SlicedDriver, Turn } from './plan.js';
import { sideBySide, type Outcome } from './side-by-side.js';

async function countCalls<Work>(
  driver: Driver<Work>,
  work: Work,
  signal: AbortSignal,
): Promise<Sample> {
  const systemCalls = (await driver.countCalls?.(work, signal)) ?? Number.NaN;
  const nothing = { operations: 0, seconds: 0, userSeconds: 0, systemSeconds: 0 };
  return { ...nothing, figures: { systemCalls } };
}

async function takeAlone<Work>(
  driver: Driver<Work>,
  it: Case<Work>,
  turn: Turn,
  signal: AbortSignal,
  ready: Ready,
): Promise<Outcome> {
  try {
    await ready();
    const work = it.work(turn);
    const sample =
      turn.purpose === 'system calls'
        ? await countCalls(driver, work, signal)
        : await driver.run(work, signal);
    return { sample };
  } catch (error) {
    return { error: error as Error };
  }
}

function isSliced<Work>(driver: Driver<Work>): driver is SlicedDriver<Work> {
  return driver.start !== undefined;
}

/** Those whose slices alternate, and each of the others alone. */
export function groupsOf<Work>(
  drivers: readonly Driver<Work>[],
  { slices = 1 }: Case<Work>,
  { purpose }: Turn,
): readonly (readonly Driver<Work>[])[] {
  if (slices === 1 || purpose !== 'speed') return drivers.map((driver) => [driver]);
  const alone = drivers.filter((driver) => !isSliced(driver));
  return [drivers.filter(isSliced), ...alone.map((driver) => [driver])].filter(
    ({ length }) => length > 0,
  );
}

export type Result<Work> = Outcome & {
  readonly driver: Driver<Work>;
  readonly residency?: Residency;
};

/** The turns of a group, which have the page cache as it should be before and after, or none of them counts. */
export async function takeTogether<Work>(
  group: readonly Driver<Work>[],
  it: Case<Work>,
  turn: Turn,
  signal: AbortSignal,
): Promise<readonly Result<Work>[]> {
  const [first] = group;
  const alone = group.length === 1 && (turn.purpose === 'system calls' || !group.every(isSliced));
  const slices = turn.purpose === 'speed' ? (it.slices ?? 1) : 1;
  const inTurn = async (ready: Ready): Promise<ReadonlyMap<Driver<Work>, Outcome>> =>
    alone && first !== undefined
      ? new Map([[first, await takeAlone(first, it, turn, signal, ready)]])
      : await sideBySide(group.filter(isSliced), it.work(turn), slices, signal, ready);
  try {
    const { sample: outcomes, residency } = await inPageCache(it, signal, inTurn);
    const found = residency === undefined ? {} : { residency };
    return [...outcomes].map(([driver, outcome]) => ({ driver, ...outcome, ...found }));
  } catch (error) {
    return group.map((driver) => ({ driver, error: error as Error }));
  }
}
