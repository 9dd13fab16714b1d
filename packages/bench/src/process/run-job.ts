import { fileURLToPath } from 'node:url';
import type { Sample } from '../measure/sample.js';
import { MissingDriver } from '../trials/missing-driver.js';
import type { Job, Outcome } from './job.js';
import type { Watch } from './count-system-calls.js';
import { ProgramError, runProgram } from './run-program.js';

const CHILD = fileURLToPath(new URL('./child.js', import.meta.url));
// Loaded by `require`, not as the main module: see job.ts.
const NODE_ARGUMENTS = ['--input-type=commonjs', '--eval', 'require(process.argv[1])', CHILD];

/** Variables that only this child has. */
export type Environment = Readonly<Record<string, string>>;

async function outputOf(
  job: string,
  signal: AbortSignal,
  environment: Environment,
  watch: Watch,
): Promise<string> {
  try {
    const [program, args] = watch([process.execPath, NODE_ARGUMENTS]);
    const output = await runProgram(program, args, signal, {
      environment,
      input: job,
    });
    if (output === 'missing') throw new Error(`${program} cannot be run`);
    return output.stdout;
  } catch (error) {
    // A child that failed in an orderly way has said so on its standard output.
    if (error instanceof ProgramError && error.output.stdout !== '') return error.output.stdout;
    throw error;
  }
}

/** Runs a job in a Node process of its own and gives its sample, or throws what went wrong there. */
export async function runJob<Work>(
  job: Job<Work>,
  signal: AbortSignal,
  environment: Environment = {},
  watch: Watch = (command) => command,
): Promise<Sample> {
  return outcomeOf(await outputOf(JSON.stringify(job), signal, environment, watch));
}

/** The sample in what a child has printed, or what went wrong there, thrown. */
export function outcomeOf(output: string): Sample {
  const outcome = JSON.parse(output) as Outcome<Sample>;
  if ('sample' in outcome) return outcome.sample;
  const { name, message } = outcome.error;
  throw name === 'MissingDriver' ? new MissingDriver(message) : new Error(message);
}
