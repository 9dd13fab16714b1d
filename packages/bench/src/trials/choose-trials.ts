import { optionFlag, type GivenOptions, type OptionName } from '../options/given-options.js';
import { UsageError } from '../options/usage-error.js';
import { allTrials } from './all-trials.js';
import type { Trial } from './trial.js';

function trialNamed(name: string): Trial {
  const trial = allTrials.find((candidate) => candidate.name === name);
  if (trial !== undefined) return trial;
  const known = allTrials.map((candidate) => candidate.name).join(', ');
  throw new UsageError(`unknown trial '${name}' (trials: ${known})`);
}

/** The trials of these names; options and drivers that mean nothing to any of them are refused. */
export function chooseTrials(names: readonly string[], given: GivenOptions): readonly Trial[] {
  const trials = [...new Set(names)].map(trialNamed);
  for (const option of Object.keys(given) as OptionName[]) {
    if (!trials.some(({ options }) => options.includes(option))) {
      throw new UsageError(`${optionFlag(option)} means nothing to ${[...names].join(', ')}`);
    }
  }
  const drivers = trials.flatMap((trial) => trial.drivers);
  const unknown = given.drivers?.find((name) => !drivers.includes(name));
  if (unknown !== undefined) {
    const known = [...new Set(drivers)].join(', ');
    throw new UsageError(`unknown driver '${unknown}' (drivers: ${known})`);
  }
  return trials;
}
