import { fileURLToPath } from 'node:url';
import type { Job, Outcome } from './job.js';
import { ProgramError, runProgram } from './run-program.js';

const CHILD = fileURLToPath(new URL('./child.js', import.meta.url));
// Loaded by `require`, not as the main module: see job.ts.
const NODE_ARGUMENTS = ['--input-type=commonjs', '--eval', 'require(process.argv[1])', CHILD];

async function outputOf(job: string, signal: AbortSignal): Promise<string> {
  try {
    const output = await runProgram(process.execPath, [...NODE_ARGUMENTS, job], signal);
    if (output === 'missing') throw new Error(`${process.execPath} cannot be run`);
    return output.stdout;
  } catch (error) {
    // A child that failed in an orderly way has said so on its standard output.
    if (error instanceof ProgramError && error.output.stdout !== '') return error.output.stdout;
    throw error;
  }
}

/** Runs a job in a Node process of its own and gives its sample, or throws what went wrong there. */
export async function runJob<Work, Sample>(job: Job<Work>, signal: AbortSignal): Promise<Sample> {
  const outcome = JSON.parse(await outputOf(JSON.stringify(job), signal)) as Outcome<Sample>;
  if ('error' in outcome) throw new Error(outcome.error.message);
  return outcome.sample;
}
