import { Command, CommanderError } from 'commander';
import { addReportCommand, type ReportCommand } from './options/report-command-line.js';
import { addRunCommand, type RunCommand } from './options/run-command-line.js';

/** The program has printed what it had to (help, say), and ends with this exit code. */
export class Finished {
  readonly kind = 'finished';
  readonly exitCode: number;

  constructor(exitCode: number) {
    this.exitCode = exitCode;
  }
}

/** What the command line says. */
export type CommandLine = RunCommand | ReportCommand | Finished;

/** Reads the command line. What is wrong with it has been printed when this gives `Finished`. */
export function readCommandLine(args: readonly string[]): CommandLine {
  let commandLine: CommandLine = new Finished(0);
  const program = new Command('bench')
    .exitOverride()
    .helpCommand(false)
    .enablePositionalOptions()
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error: /, 'bench: ')),
    });
  const chosen = (command: RunCommand | ReportCommand): void => void (commandLine = command);
  addRunCommand(program, chosen);
  addReportCommand(program, chosen);
  try {
    program.parse(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return new Finished(error.exitCode === 0 ? 0 : 2);
    throw error;
  }
  return commandLine;
}
