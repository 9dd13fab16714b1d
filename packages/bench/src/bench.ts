import { rmSync } from 'node:fs';
import { chooseDirectory, isInMemory } from './files/choose-directory.js';
import { writeOutputs, type Output } from './files/outputs.js';
import { replaceFile } from './files/replace-file.js';
import { reportFiles } from './files/report-directory.js';
import { Scratch } from './files/scratch.js';
import { checkWritable, makeDirectory } from './files/writable.js';
import type { RunCommand } from './options/run-command-line.js';
import { UsageError } from './options/usage-error.js';
import { brokenLines, emptinessLines, failureLines } from './report/failure-lines.js';
import { describeMachine, machineLine } from './report/machine.js';
import { makeReport } from './report/make-report.js';
import { NoiseMeter, busyLine } from './report/noise.js';
import type { Presentation } from './report/presentation.js';
import { startProgress } from './report/progress.js';
import { renderReport } from './report/render-report.js';
import { SCHEMA, type BrokenTrial, type Samples } from './samples/samples.js';
import { chooseTrials } from './trials/choose-trials.js';
import type { Findings } from './trials/findings.js';
import type { PlannedTrial } from './trials/trial.js';

async function runTrial(
  trial: PlannedTrial,
  directory: string,
  signal: AbortSignal,
): Promise<Findings> {
  using scratch = new Scratch(directory);
  using progress = await startProgress();
  return await trial({
    scratch: scratch.path,
    signal,
    progress: (text) => progress.say(text),
  });
}

interface Planned {
  readonly name: string;
  readonly presentation: Presentation;
  readonly run: PlannedTrial;
}

/** Throws a UsageError for what makes no sense, before anything has been done. */
export function planTrials({ trials, given, effort }: RunCommand): readonly Planned[] {
  return chooseTrials(trials, given).map((trial) => ({
    name: trial.name,
    presentation: trial.presentation,
    run: trial.plan(given, effort),
  }));
}

function complain(line: string): void {
  process.stderr.write(`${line}\n`);
}

type Print = (text: string) => void;

/** What went wrong in a trial that came to its end. */
function complaintsOf(findings: Findings, { given }: RunCommand): readonly string[] {
  return [...failureLines(findings), ...emptinessLines(findings, given.drivers)];
}

type Found = Pick<Samples, 'trials' | 'broken'>;

/**
 * One that cannot be run to its end does not keep the others from it.
 *
 * @param keep - takes what there is after each of them
 */
async function runAll(
  command: RunCommand,
  planned: readonly Planned[],
  directory: string,
  print: Print,
  keep: (found: Found) => void,
  signal: AbortSignal,
): Promise<Found> {
  const trials: Findings[] = [];
  const broken: BrokenTrial[] = [];
  for (const { name, run, presentation } of planned) {
    try {
      const findings = await runTrial(run, directory, signal);
      trials.push(findings);
      print(renderReport(makeReport(findings, presentation)));
      for (const line of complaintsOf(findings, command)) complain(line);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof UsageError) throw error;
      const { message } = error as Error;
      broken.push({ trial: name, message });
      for (const line of brokenLines(broken.slice(-1))) complain(line);
    }
    keep({ trials, broken });
  }
  return { trials, broken };
}

/** Says what could not be written, and whether that was nothing. */
function leave(outputs: readonly Output[]): boolean {
  const lost = writeOutputs(outputs);
  for (const line of lost) complain(line);
  return lost.length === 0;
}

function textOf(samples: Samples): string {
  return `${JSON.stringify(samples)}\n`;
}

function leaveSamples(text: string, path: string): boolean {
  return leave([{ path, write: () => replaceFile(path, text) }]);
}

async function leavePages(samples: Samples, directory: string): Promise<boolean> {
  // Plots take a while to load, and most runs draw none.
  const { reportPages } = await import('./report/write-report.js');
  return leave(reportPages(samples, directory));
}

/** A command line as it can be typed again. */
function commandText(args: readonly string[]): string {
  const quoted = args.map((arg) =>
    /^[\w./:=,@%+-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", String.raw`'\''`)}'`,
  );
  return ['pnpm bench', ...quoted].join(' ');
}

/** Runs what the command line asks for, prints it, and gives the exit code. */
export async function bench(
  command: RunCommand,
  args: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const planned = planTrials(command);
  const directory = chooseDirectory(command.dir);
  const { json } = command;
  const tables = json !== '-';
  if (json !== undefined && tables) checkWritable('--json', json);
  const out = command.out === undefined ? undefined : makeDirectory('--out', command.out);
  if (out !== undefined) {
    for (const path of Object.values(reportFiles(out))) checkWritable('--out', path);
  }
  const started = new Date();
  const begun = performance.now();
  const meter = new NoiseMeter();
  const machine = await describeMachine(directory, signal);
  const print: Print = (text) => {
    if (tables) process.stdout.write(`${text}\n`);
  };

  print(machineLine(machine));
  if (isInMemory(directory)) print('* the files lie in memory, not on a disk: see --dir');
  print('');
  const busy = busyLine(meter.noise, machine);
  if (busy !== undefined) complain(`WARNING: ${busy}`);
  const samplesOf = (found: Found): Samples => ({
    schema: SCHEMA,
    command: commandText(args),
    started: started.toISOString(),
    seconds: (performance.now() - begun) / 1000,
    machine,
    noise: meter.noise,
    ...found,
  });
  // A crash late in a run of an hour does not cost all of it.
  const keep = (found: Found): void => {
    if (out !== undefined) leaveSamples(textOf(samplesOf(found)), reportFiles(out).unfinished);
  };
  const found = await runAll(command, planned, directory, print, keep, signal);
  const samples = samplesOf(found);
  const text = textOf(samples);
  // The samples before the pages: they cannot be had again, and pages can be made of them.
  let isWritten = true;
  if (json !== undefined && tables) isWritten = leaveSamples(text, json);
  else if (json !== undefined) process.stdout.write(text);
  if (out !== undefined) {
    const files = reportFiles(out);
    const isSaved = leaveSamples(text, files.samples);
    if (isSaved) rmSync(files.unfinished, { force: true });
    const isThere = [isSaved, await leavePages(samples, out)];
    if (isThere.every(Boolean)) (tables ? print : complain)(`the report is in ${out}`);
    else isWritten = false;
  }
  const failed = found.trials.some((findings) => complaintsOf(findings, command).length > 0);
  return failed || found.broken.length > 0 || !isWritten ? 1 : 0;
}
