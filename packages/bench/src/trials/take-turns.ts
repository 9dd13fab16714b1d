import { LockedInMemory } from '../measure/page-cache.js';
import type { Failure, Finding, Findings } from './findings.js';
import { inPageCache } from './in-page-cache.js';
import { MissingDriver } from './missing-driver.js';
import type { Case, Driver, Plan, Turn } from './plan.js';
import type { TrialRun } from './trial.js';
import { turnsOf } from './turns.js';

/** Far apart, so that rounds do not take the same blocks. */
const SEED_STEP = 0x9e3779b1;

/** All rounds for speed, and one more for latencies. */
function* roundsOf({ repeats, latency }: Plan<unknown>): Generator<Turn> {
  for (let round = 0; round < repeats + (latency ? 1 : 0); round++) {
    yield {
      round,
      purpose: round < repeats ? 'speed' : 'latency',
      seed: Math.imul(round + 1, SEED_STEP) >>> 1,
    };
  }
}

function canDo<Work>(driver: Driver<Work>, { drivers }: Case<Work>): boolean {
  return drivers === undefined || drivers.includes(driver.name);
}

/**
 * Gives each driver its turn in each case, round by round. Rounds are interleaved case by case, so
 * that those who are compared follow each other closely.
 */
export async function takeTurns<Work>(
  trial: string,
  plan: Plan<Work>,
  drivers: readonly Driver<Work>[],
  { scratch, signal, progress }: TrialRun,
): Promise<Findings> {
  progress(`${trial}: making files`);
  const cases = plan.setUp(scratch);
  const cached = cases.filter(({ pageCache }) => pageCache === 'locked');
  const files = [...new Set(cached.flatMap((it) => it.files))];
  await using locked = files.length === 0 ? undefined : new LockedInMemory(files, scratch);

  const samples: Finding[] = [];
  const failures: Failure[] = [];
  const missing = new Map<string, string>();
  for (const turn of roundsOf(plan)) {
    for (const it of cases) {
      const able = drivers.filter((driver) => canDo(driver, it) && !missing.has(driver.name));
      for (const driver of turnsOf(able, turn.round)) {
        const where = { driver: driver.name, case: it.name, round: turn.round };
        progress(
          `${trial}: round ${turn.round + 1} of ${plan.repeats} (${turn.purpose}), ${it.name}, ${driver.name}`,
        );
        try {
          const taken = await inPageCache(it, signal, () => driver.run(it.work(turn), signal));
          samples.push({ ...where, purpose: turn.purpose, ...taken });
        } catch (error) {
          signal.throwIfAborted();
          const { message } = error as Error;
          if (error instanceof MissingDriver) missing.set(driver.name, message);
          else failures.push({ ...where, message });
        }
      }
    }
  }
  return {
    trial,
    title: plan.title,
    parameters: plan.parameters,
    repeats: plan.repeats,
    cases: cases.map(({ name, x }) => (x === undefined ? { name } : { name, x })),
    drivers: drivers.map(({ name }) => name).filter((name) => !missing.has(name)),
    samples,
    failures,
    missing: [
      ...new Set([...missing.values(), ...(locked?.missing === undefined ? [] : [locked.missing])]),
    ],
    notes: plan.notes,
  };
}
