import { readCommandLine } from './cli.js';
import { Interruptible, Interruption } from './interruption.js';
import { UsageError } from './options/usage-error.js';

/** What a command does not need it does not load: a mistyped option is to be said at once. */
async function run(args: readonly string[]): Promise<number> {
  const commandLine = readCommandLine(args);
  switch (commandLine.kind) {
    case 'finished':
      return commandLine.exitCode;
    case 'report': {
      const { report } = await import('./report-command.js');
      return await report(commandLine);
    }
    case 'run': {
      using interruptible = new Interruptible();
      const { bench } = await import('./bench.js');
      return await bench(commandLine, args, interruptible.signal);
    }
  }
}

/** Does what the arguments ask for, and gives the exit code. */
export async function program(args: readonly string[]): Promise<number> {
  try {
    return await run(args);
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`bench: ${error.message}\n`);
      return 2;
    }
    if (error instanceof Interruption) {
      process.stderr.write(`bench: ${error.message}\n`);
      return error.exitCode;
    }
    throw error;
  }
}
