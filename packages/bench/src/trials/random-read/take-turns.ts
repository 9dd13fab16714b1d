import { MissingDriver } from '../missing-driver.js';
import type { Failure, TrialRun } from '../trial.js';
import { turnsOf } from '../turns.js';
import { cachedTurn, type Residency } from './cached-turn.js';
import type { RandomReadDriverEntry } from './drivers.js';
import type { RandomReadSettings } from './settings.js';
import type { RandomReadSample, RandomReadWork } from './workload.js';

/** One sample and where it belongs. */
export interface RandomReadRecord extends Turn {
  readonly driver: string;
  readonly sample: RandomReadSample;
  /** Not for direct reads, which go past the page cache. */
  readonly residency?: Residency;
}

export interface RandomReadFindings {
  readonly names: readonly string[];
  readonly records: readonly RandomReadRecord[];
  readonly failures: readonly Failure[];
  /** How to get what is not installed. */
  readonly missing: readonly string[];
}

interface Turn {
  readonly round: number;
  readonly depth: number;
  /** What it is for: reading the clock for latencies costs speed. */
  readonly purpose: 'speed' | 'latency';
}

/** Far apart, so that rounds do not read the same blocks. */
const SEED_STEP = 0x9e3779b1;

/** All rounds for speed, and one more for latencies. */
function* allTurns({ depths, repeats }: RandomReadSettings): Generator<Turn> {
  for (let round = 0; round <= repeats; round++) {
    const purpose = round < repeats ? 'speed' : 'latency';
    for (const depth of depths) yield { round, depth, purpose };
  }
}

function workOf(path: string, settings: RandomReadSettings, turn: Turn): RandomReadWork {
  const { blockSize, size, batch, direct, seconds } = settings;
  return {
    path,
    blockSize,
    blocks: Math.floor(size / blockSize),
    depth: turn.depth,
    batch: Math.min(batch, turn.depth),
    direct,
    // fio wants it positive.
    seed: Math.imul(turn.round + 1, SEED_STEP) >>> 1,
    seconds,
    latency: turn.purpose === 'latency',
  };
}

async function take(
  turn: Turn,
  driver: RandomReadDriverEntry,
  work: RandomReadWork,
  { size }: RandomReadSettings,
  signal: AbortSignal,
): Promise<RandomReadRecord> {
  const run = (): Promise<RandomReadSample> => driver.run(work, signal);
  const measured = work.direct
    ? { sample: await run() }
    : await cachedTurn(work.path, size, signal, run);
  return { driver: driver.name, ...turn, ...measured };
}

export async function takeTurns(
  path: string,
  settings: RandomReadSettings,
  drivers: readonly RandomReadDriverEntry[],
  { signal, progress }: TrialRun,
): Promise<RandomReadFindings> {
  const records: RandomReadRecord[] = [];
  const failures: Failure[] = [];
  const missing = new Map<string, string>();

  for (const turn of allTurns(settings)) {
    const { round, depth, purpose } = turn;
    for (const driver of turnsOf(drivers, round)) {
      const { name } = driver;
      if (missing.has(name)) continue;
      progress(
        `random-read: round ${round + 1} of ${settings.repeats + 1} (${purpose}), iodepth ${depth}, ${name}`,
      );
      try {
        const work = workOf(path, settings, turn);
        records.push(await take(turn, driver, work, settings, signal));
      } catch (error) {
        signal.throwIfAborted();
        const { message } = error as Error;
        if (error instanceof MissingDriver) missing.set(name, message);
        else failures.push({ driver: name, round, message });
      }
    }
  }
  return {
    names: drivers.map(({ name }) => name).filter((name) => !missing.has(name)),
    records,
    failures,
    missing: [...missing.values()],
  };
}
