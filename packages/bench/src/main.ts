#!/usr/bin/env node
import { bench } from './bench.js';
import { Finished, readCommandLine } from './cli.js';
import { Interruption, interruptible } from './interruption.js';
import { UsageError } from './options/usage-error.js';

async function main(): Promise<number> {
  try {
    const commandLine = readCommandLine(process.argv.slice(2));
    if (commandLine instanceof Finished) return commandLine.exitCode;
    return await bench(commandLine, interruptible());
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
