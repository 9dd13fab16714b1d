import { Option, type Command } from 'commander';
import { allTrials, defaultTrial } from '../trials/all-trials.js';
import type { Effort } from '../trials/trial.js';
import { parseCount, parseCounts } from './count.js';
import { parseDuration } from './duration.js';
import type { GivenOptions } from './given-options.js';
import { parseSize, parseSizes } from './size.js';
import { DEFAULT_OUT } from '../files/report-directory.js';

/** `bench [trial...]`: what to measure. */
export interface RunCommand {
  readonly kind: 'run';
  readonly trials: readonly string[];
  readonly given: GivenOptions;
  readonly effort: Effort;
  readonly dir: string | undefined;
  /** The file for the samples; `-` is standard output, in place of the tables. */
  readonly json: string | undefined;
  /** The directory for samples and report. */
  readonly out: string | undefined;
}

type Flags = GivenOptions & {
  readonly quick?: boolean;
  readonly full?: boolean;
  readonly dir?: string;
  readonly json?: string;
  readonly out?: string;
};

const MAX_DEPTH = 65_536;
const MAX_REPEATS = 1000;
const MAX_ROUNDS = 1_000_000;

function trialList(): string {
  const width = Math.max(...allTrials.map(({ name }) => name.length));
  const lines = allTrials.map(
    ({ name, summary, drivers }) =>
      `  ${name.padEnd(width)}  ${summary}\n  ${' '.repeat(width)}  drivers: ${drivers.join(', ')}`,
  );
  return ['', 'Trials:', ...lines].join('\n');
}

function runCommand(names: readonly string[], flags: Flags): RunCommand {
  const { quick = false, full = false, dir, json, out, ...given } = flags;
  const whole = full && names.length === 0;
  const all = full ? allTrials.map(({ name }) => name) : [defaultTrial.name];
  return {
    kind: 'run',
    trials: names.length === 0 ? all : names,
    given,
    effort: full && !quick ? 'full' : 'quick',
    dir,
    json,
    out: out ?? (whole ? DEFAULT_OUT : undefined),
  };
}

/** Adds trials and options to the program; `chosen` is called where they are what was typed. */
export function addRunCommand(program: Command, chosen: (command: RunCommand) => void): void {
  program
    .description('Is kernel AIO really better, on this machine, for this work?')
    .argument('[trial...]', `what to measure (default: ${defaultTrial.name})`)
    .addOption(new Option('--quick', 'few and short rounds (the default)').conflicts('full'))
    .option('--full', 'the whole measurement: every trial unless some are named, and a report')
    .option('--drivers <names>', 'only these ways to do I/O, separated by commas', (text) =>
      text.split(','),
    )
    .option('--repeats <n>', 'how often each driver gets its turn', (text) =>
      parseCount('--repeats', text, MAX_REPEATS),
    )
    .option('--rounds <n>', 'how often the evaluation reads its files in one turn', (text) =>
      parseCount('--rounds', text, MAX_ROUNDS),
    )
    .option('--bs <size,...>', 'block size; a table for each', (text) => parseSizes('--bs', text))
    .option('--size <size>', 'file size', (text) => parseSize('--size', text))
    .option('--iodepth <n,...>', 'operations in flight; a table for each', (text) =>
      parseCounts('--iodepth', text, MAX_DEPTH),
    )
    .option('--iodepth-batch <n>', 'operations in one submission, at most', (text) =>
      parseCount('--iodepth-batch', text, MAX_DEPTH),
    )
    .option('--direct', 'O_DIRECT: past the page cache')
    .option('--runtime <time>', 'how long one round measures: 500ms, 2s', (text) =>
      parseDuration('--runtime', text),
    )
    .option('--dir <directory>', 'where to put the files (default: the temporary directory)')
    .option('--json <file>', 'write machine and samples as JSON; - for standard output')
    .option(
      '--out <directory>',
      `write samples, HTML and Markdown there (default of --full with every trial: ${DEFAULT_OUT})`,
    )
    .addHelpText('after', trialList())
    .action((names: string[], flags: Flags) => chosen(runCommand(names, flags)));
}
