import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from './run-program.js';

/** A program and its arguments. */
export type Command = readonly [string, readonly string[]];

/** Puts another program before one, that watches it. */
export type Watch = (command: Command) => Command;

/** What a run begins and ends with, in both runs alike. */
const FEW = 2000;
/** Enough that what happens by chance (garbage collections, a thread more) hardly counts. */
const MORE = 10_000;

/** All system calls in what `strace -c` has printed. */
export function parseSummary(summary: string): number {
  let calls = 0;
  // "% time, seconds, usecs/call, calls, errors (or nothing), name"; the last line is their sum.
  for (const line of summary.split('\n')) {
    const fields = line.trim().split(/\s+/);
    if (!/^\d/.test(line.trim()) || fields.at(-1) === 'total') continue;
    calls += Number(fields[3]);
  }
  return calls;
}

/**
 * System calls of one operation, by strace(1): the difference of two runs, of which one makes more
 * operations, so that starting and ending fall out.
 *
 * @param run - makes so many operations in a process that is watched
 * @throws Error - there is no strace
 */
export async function callsPerOperation(
  run: (operations: number, watch: Watch) => Promise<unknown>,
  signal: AbortSignal,
): Promise<number> {
  if ((await runProgram('strace', ['-V'], signal)) === 'missing') {
    throw new Error('strace is not installed (apt-get install strace)');
  }
  const directory = mkdtempSync(join(tmpdir(), 'aio-bench-strace-'));
  try {
    const count = async (operations: number): Promise<number> => {
      const summary = join(directory, `summary-${operations}`);
      await run(operations, ([program, args]) => [
        'strace',
        // With -o alone it would block the signals that are to end it, and what it watches would go on.
        ['-I2', '-f', '-c', '-o', summary, program, ...args],
      ]);
      return parseSummary(readFileSync(summary, 'utf8'));
    };
    return ((await count(FEW + MORE)) - (await count(FEW))) / MORE;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
