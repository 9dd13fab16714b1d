import { Command } from 'commander';
import { DEFAULT_OUT, SAMPLES_FILE } from '../files/report-directory.js';
import { join } from 'node:path';
import { UsageError } from './usage-error.js';

/** `bench report`: what to make of which samples. */
export interface ReportCommand {
  readonly kind: 'report';
  /** The first is reported; the others are compared with it. */
  readonly samples: readonly string[];
  readonly html?: string;
  readonly markdown?: string;
  readonly headline?: string;
}

const DEFAULT_SAMPLES = join(DEFAULT_OUT, SAMPLES_FILE);

/** Adds the command to the program; `chosen` is called where it is what was typed. */
export function addReportCommand(program: Command, chosen: (command: ReportCommand) => void): void {
  program
    .command('report')
    .description(
      'tables, or pages with plots, from the samples of earlier runs; the first file is reported, and how far the others agree with it',
    )
    .argument(
      '[samples.json...]',
      `what --json or --full wrote (default: that of the last --full, ${DEFAULT_SAMPLES})`,
    )
    .option('--html <file>', 'one page that needs no other file')
    .option('--markdown <file>', 'a page, and its plots in a folder of its name beside it')
    .option(
      '--headline <file.svg>',
      'one plot, throughput by driver, and three figures on standard output',
    )
    .hook('preAction', () => {
      const [option] = Object.keys(program.opts());
      if (option !== undefined) throw new UsageError(`--${option} means nothing to report`);
    })
    .action((paths: string[], options: Omit<ReportCommand, 'kind' | 'samples'>) => {
      const samples = paths.length === 0 ? [DEFAULT_SAMPLES] : paths;
      chosen({ kind: 'report', samples, ...options });
    });
}
