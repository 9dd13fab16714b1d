#!/usr/bin/env node
import { bench } from './bench.js';
import { readCommandLine } from './cli.js';
import { Interruption, interruptible } from './interruption.js';
import { UsageError } from './options/usage-error.js';

async function run(args: readonly string[]): Promise<number> {
  const commandLine = readCommandLine(args);
  switch (commandLine.kind) {
    case 'finished':
      return commandLine.exitCode;
    case 'report': {
      // Plots take a while to load, and most runs draw none.
      const { report } = await import('./report-command.js');
      return report(commandLine);
    }
    case 'run':
      return await bench(commandLine, args, interruptible());
  }
}

async function main(): Promise<number> {
  try {
    return await run(process.argv.slice(2));
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

process.exitCode = await main();
