import { chooseDrivers } from '../choose-drivers.js';
import type { Failure, Trial, TrialResult, TrialRun } from '../trial.js';
import { turnsOf } from '../turns.js';
import { evaluationDrivers, idle, type EvaluationDriverEntry } from './drivers.js';
import { makeEvaluationFiles } from './files.js';
import { reportEvaluation } from './report.js';
import type { EvaluationRecord } from './samples.js';
import { evaluationSettings, type EvaluationSettings } from './settings.js';

/** Runs the evaluation with these drivers and a control that reads nothing. */
export async function runEvaluation(
  drivers: readonly EvaluationDriverEntry[],
  settings: EvaluationSettings,
  { scratch, signal, progress }: TrialRun,
  control: EvaluationDriverEntry = idle,
): Promise<TrialResult> {
  const { rounds, repeats, fileCounts, intervalMs } = settings;
  progress('evaluation: making files');
  const files = makeEvaluationFiles(scratch);
  const all = [control, ...drivers];
  const records: EvaluationRecord[] = [];
  const failures: Failure[] = [];

  for (let round = 0; round < repeats; round++) {
    // File count by file count, so that those who are compared follow each other closely.
    for (const count of fileCounts) {
      for (const driver of turnsOf(all, round)) {
        progress(`evaluation: repeat ${round + 1} of ${repeats}, ${count} files, ${driver.name}`);
        const read = driver === control ? [] : files.slice(0, count);
        try {
          const sample = await driver.run({ files: read, rounds, intervalMs }, signal);
          records.push({ driver: driver.name, round, count, sample });
        } catch (error) {
          signal.throwIfAborted();
          failures.push({ driver: driver.name, round, message: (error as Error).message });
        }
      }
    }
  }

  const names = all.map(({ name }) => name);
  return {
    trial: 'evaluation',
    parameters: { ...settings },
    samples: records,
    failures,
    report: reportEvaluation({ names, settings, records, failures }),
  };
}

export const evaluation: Trial = {
  name: 'evaluation',
  summary: 'read 1, 6, 12 and 24 files of 1-100 KiB whole, again and again at 1 ms intervals',
  drivers: evaluationDrivers.map(({ name }) => name),
  options: ['rounds', 'repeats', 'drivers'],
  plan(given, full) {
    const drivers = chooseDrivers('evaluation', evaluationDrivers, given.drivers);
    const settings = evaluationSettings(given, full);
    return (run) => runEvaluation(drivers, settings, run);
  },
};
