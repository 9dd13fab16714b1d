import { join } from 'node:path';
import { makeContentFile } from '../../files/content.js';
import { chooseDrivers } from '../choose-drivers.js';
import type { Trial, TrialResult, TrialRun } from '../trial.js';
import { randomReadDrivers, type RandomReadDriverEntry } from './drivers.js';
import { reportRandomRead } from './report.js';
import { randomReadSettings, type RandomReadSettings } from './settings.js';
import { takeTurns } from './take-turns.js';

/** Runs the trial with these drivers. */
export async function runRandomRead(
  drivers: readonly RandomReadDriverEntry[],
  settings: RandomReadSettings,
  run: TrialRun,
): Promise<TrialResult> {
  const path = join(run.scratch, 'random-read');
  run.progress('random-read: making the file');
  makeContentFile(path, settings.size);
  const findings = await takeTurns(path, settings, drivers, run);
  return {
    trial: 'random-read',
    parameters: { ...settings },
    samples: findings.records,
    failures: findings.failures,
    report: reportRandomRead(settings, findings),
  };
}

export const randomRead: Trial = {
  name: 'random-read',
  summary: 'raw speed: random reads from one file, in memory or with --direct from the device',
  drivers: randomReadDrivers.map(({ name }) => name),
  options: ['bs', 'iodepth', 'iodepthBatch', 'size', 'direct', 'runtime', 'repeats', 'drivers'],
  plan(given, full) {
    const drivers = chooseDrivers('random-read', randomReadDrivers, given.drivers);
    const settings = randomReadSettings(given, full);
    return (run) => runRandomRead(drivers, settings, run);
  },
};
