import { writeFileSync } from 'node:fs';
import type { CommandLine } from './cli.js';
import { chooseDirectory, isInMemory } from './files/choose-directory.js';
import { Scratch } from './files/scratch.js';
import { makeReport } from './report/make-report.js';
import { describeMachine, machineLine } from './report/machine.js';
import type { Presentation } from './report/presentation.js';
import { startProgress } from './report/progress.js';
import { renderReport } from './report/render-report.js';
import { chooseTrials } from './trials/choose-trials.js';
import type { Findings } from './trials/findings.js';
import type { PlannedTrial } from './trials/trial.js';

async function runTrial(
  trial: PlannedTrial,
  directory: string,
  signal: AbortSignal,
): Promise<Findings> {
  using scratch = new Scratch(directory);
  using progress = startProgress();
  return await trial({
    scratch: scratch.path,
    signal,
    progress: (text) => progress.say(text),
  });
}

interface Planned {
  readonly presentation: Presentation;
  readonly run: PlannedTrial;
}

/** Throws a UsageError for what makes no sense, before anything has been done. */
export function planTrials({ trials, given, effort }: CommandLine): readonly Planned[] {
  return chooseTrials(trials, given).map((trial) => ({
    presentation: trial.presentation,
    run: trial.plan(given, effort),
  }));
}

/** What failed alike in several rounds is said once. */
function failureLines({ trial, failures }: Findings): readonly string[] {
  const lines = new Map<string, number>();
  for (const { driver, case: inCase, message } of failures) {
    const line = `FAILED: ${trial}, ${inCase}, ${driver}: ${message}`;
    lines.set(line, (lines.get(line) ?? 0) + 1);
  }
  return [...lines].map(([line, times]) => (times === 1 ? line : `${line} (${times} times)`));
}

/** Runs what the command line asks for, prints it, and gives the exit code. */
export async function bench(commandLine: CommandLine, signal: AbortSignal): Promise<number> {
  const trials = planTrials(commandLine);
  const directory = chooseDirectory(commandLine.dir);
  const machine = describeMachine(directory);
  const tables = commandLine.json !== '-';
  const print = (text: string): void => {
    if (tables) process.stdout.write(`${text}\n`);
  };

  print(machineLine(machine));
  if (isInMemory(directory)) print('* the files lie in memory, not on a disk: see --dir');
  print('');
  const all: Findings[] = [];
  for (const { run, presentation } of trials) {
    const findings = await runTrial(run, directory, signal);
    all.push(findings);
    print(renderReport(makeReport(findings, presentation)));
    for (const line of failureLines(findings)) process.stderr.write(`${line}\n`);
  }

  if (commandLine.json !== undefined) {
    const json = `${JSON.stringify({ machine, trials: all })}\n`;
    if (tables) writeFileSync(commandLine.json, json);
    else process.stdout.write(json);
  }
  return all.some(({ failures }) => failures.length > 0) ? 1 : 0;
}
