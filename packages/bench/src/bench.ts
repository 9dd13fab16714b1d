import { writeFileSync } from 'node:fs';
import type { CommandLine } from './cli.js';
import { chooseDirectory, isInMemory } from './files/choose-directory.js';
import { Scratch } from './files/scratch.js';
import { startProgress } from './report/progress.js';
import { describeMachine, machineLine } from './report/machine.js';
import { renderReport } from './report/render-report.js';
import { chooseTrials } from './trials/choose-trials.js';
import type { PlannedTrial, TrialResult } from './trials/trial.js';

async function runTrial(
  trial: PlannedTrial,
  directory: string,
  signal: AbortSignal,
): Promise<TrialResult> {
  using scratch = new Scratch(directory);
  using progress = startProgress();
  return await trial({
    scratch: scratch.path,
    signal,
    progress: (text) => progress.say(text),
  });
}

function failureLines({ trial, failures }: TrialResult): readonly string[] {
  return failures.map(
    ({ driver, round, message }) => `FAILED: ${trial}, ${driver}, round ${round + 1}: ${message}`,
  );
}

/** What of a result is for machines. */
function samplesOf({ trial, parameters, samples, failures }: TrialResult): object {
  return { trial, parameters, samples, failures };
}

/** Runs what the command line asks for, prints it, and gives the exit code. */
export async function bench(commandLine: CommandLine, signal: AbortSignal): Promise<number> {
  const { given, full } = commandLine;
  const trials = chooseTrials(commandLine.trials, given).map((trial) => trial.plan(given, full));
  const directory = chooseDirectory(commandLine.dir);
  const machine = describeMachine(directory);
  const tables = commandLine.json !== '-';
  const print = (text: string): void => {
    if (tables) process.stdout.write(`${text}\n`);
  };

  print(machineLine(machine));
  if (isInMemory(directory)) print('* the files lie in memory, not on a disk: see --dir');
  print('');
  const results: TrialResult[] = [];
  for (const trial of trials) {
    const result = await runTrial(trial, directory, signal);
    results.push(result);
    print(renderReport(result.report));
    for (const line of failureLines(result)) process.stderr.write(`${line}\n`);
  }

  if (commandLine.json !== undefined) {
    const json = `${JSON.stringify({ machine, trials: results.map(samplesOf) }, null, 2)}\n`;
    if (tables) writeFileSync(commandLine.json, json);
    else process.stdout.write(json);
  }
  return results.some(({ failures }) => failures.length > 0) ? 1 : 0;
}
