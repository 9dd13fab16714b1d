import { Command, CommanderError, Option } from 'commander';
import { parseCount, parseCounts } from './options/count.js';
import { parseDuration } from './options/duration.js';
import type { GivenOptions } from './options/given-options.js';
import { parseSize, parseSizes } from './options/size.js';
import { allTrials, defaultTrial } from './trials/all-trials.js';
import type { Effort } from './trials/trial.js';

/** What the command line says. */
export interface CommandLine {
  readonly trials: readonly string[];
  readonly given: GivenOptions;
  readonly effort: Effort;
  readonly dir: string | undefined;
  /** The file for the samples; `-` is standard output, in place of the tables. */
  readonly json: string | undefined;
}

type Flags = GivenOptions & {
  readonly quick?: boolean;
  readonly full?: boolean;
  readonly dir?: string;
  readonly json?: string;
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

function program(): Command {
  return new Command('bench')
    .description('Is kernel AIO really better, on this machine, for this work?')
    .argument('[trial...]', `what to measure (default: ${defaultTrial.name})`)
    .addOption(new Option('--quick', 'few and short rounds (the default)').conflicts('full'))
    .option('--full', 'the whole measurement')
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
    .addHelpText('after', trialList());
}

/** The program has printed what it had to (help, say), and ends with this exit code. */
export class Finished {
  readonly exitCode: number;

  constructor(exitCode: number) {
    this.exitCode = exitCode;
  }
}

/** Reads the command line. What is wrong with it has been printed when this gives `Finished`. */
export function readCommandLine(args: readonly string[]): CommandLine | Finished {
  const command = program()
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error: /, 'bench: ')),
    });
  try {
    command.parse(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return new Finished(error.exitCode === 0 ? 0 : 2);
    throw error;
  }
  const { quick = false, full = false, dir, json, ...given } = command.opts<Flags>();
  const all = full ? allTrials.map(({ name }) => name) : [defaultTrial.name];
  const trials = command.args.length === 0 ? all : command.args;
  return { trials, given, effort: full && !quick ? 'full' : 'quick', dir, json };
}
