import { LockedInMemory } from '../measure/page-cache.js';
import type { Failure, Finding, Findings } from './findings.js';
import { residencyNotes } from './in-page-cache.js';
import { MissingDriver } from './missing-driver.js';
import type { Case, Driver, Plan, Turn } from './plan.js';
import { groupsOf, takeTogether } from './take-together.js';
import type { TrialRun } from './trial.js';
import { turnsOf } from './turns.js';

/** Far apart, so that rounds do not take the same blocks. */
const SEED_STEP = 0x9e3779b1;

/** All rounds for speed, and one more for each of latencies and system calls. */
function roundsOf({ repeats, latency, systemCalls }: Plan<unknown>): readonly Turn[] {
  const purposes: Turn['purpose'][] = new Array<Turn['purpose']>(repeats).fill('speed');
  if (latency) purposes.push('latency');
  if (systemCalls === true) purposes.push('system calls');
  return purposes.map((purpose, round) => ({
    ...{ round, purpose },
    seed: Math.imul(round + 1, SEED_STEP) >>> 1,
  }));
}

function canDo<Work>(driver: Driver<Work>, it: Case<Work>, { purpose }: Turn): boolean {
  if (it.drivers !== undefined && !it.drivers.includes(driver.name)) return false;
  return purpose !== 'system calls' || (it.countCalls === true && driver.countCalls !== undefined);
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
  const uncounted = new Set<string>();
  for (const turn of roundsOf(plan)) {
    for (const it of cases) {
      const able = drivers.filter((driver) => canDo(driver, it, turn) && !missing.has(driver.name));
      for (const group of groupsOf(turnsOf(able, turn.round), it, turn)) {
        const [first] = group;
        const who = group.length === 1 ? (first?.name ?? '') : `${group.length} drivers by turns`;
        progress(
          `${trial}: round ${turn.round + 1} of ${plan.repeats} (${turn.purpose}), ${it.name}, ${who}`,
        );
        for (const { driver, ...taken } of await takeTogether(group, it, turn, signal)) {
          const where = { driver: driver.name, case: it.name, round: turn.round };
          if ('sample' in taken) {
            samples.push({ ...where, purpose: turn.purpose, ...taken });
            continue;
          }
          signal.throwIfAborted();
          const { message } = taken.error;
          if (turn.purpose === 'system calls')
            uncounted.add(`system calls were not counted: ${message}`);
          else if (taken.error instanceof MissingDriver) missing.set(driver.name, message);
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
      ...new Set([
        ...missing.values(),
        ...uncounted,
        ...(locked?.missing === undefined ? [] : [locked.missing]),
      ]),
    ],
    notes: [...plan.notes, ...residencyNotes(cases)],
  };
}
