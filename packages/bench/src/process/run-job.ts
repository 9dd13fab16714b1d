import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Sample } from '../measure/sample.js';
import { MissingDriver } from '../trials/missing-driver.js';
import type { Watch } from './count-system-calls.js';
import { READY, type Job, type Outcome } from './job.js';
import { ProgramError, startProgram, type RunningProgram } from './run-program.js';

const CHILD = fileURLToPath(new URL('./child.js', import.meta.url));
// Loaded by `require`, not as the main module: see job.ts.
const NODE_ARGUMENTS = ['--input-type=commonjs', '--eval', 'require(process.argv[1])', CHILD];

/** Variables that only this child has. */
export type Environment = Readonly<Record<string, string>>;

/** A measurement that has been prepared and takes place piece by piece. */
export interface Running {
  /** Measures one piece, and ends with it. */
  slice(): Promise<void>;
  /** What all pieces gave, after the last. */
  end(): Promise<Sample>;
  /** Ends whatever still runs, and waits for that. */
  stop(): Promise<void>;
}

/** The sample in the last line that a child has printed, or what went wrong there, thrown. */
export function outcomeOf(output: string): Sample {
  const outcome = JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as Outcome<Sample>;
  if ('sample' in outcome) return outcome.sample;
  const { name, message } = outcome.error;
  throw name === 'MissingDriver' ? new MissingDriver(message) : new Error(message);
}

async function sampleOf(program: string, ended: RunningProgram['ended']): Promise<Sample> {
  try {
    const output = await ended;
    if (output === 'missing') throw new Error(`${program} cannot be run`);
    return outcomeOf(output.stdout);
  } catch (error) {
    // A child that failed in an orderly way has said so on its standard output.
    if (error instanceof ProgramError && error.output.stdout.trimEnd().endsWith('}')) {
      return outcomeOf(error.output.stdout);
    }
    throw error;
  }
}

/**
 * Starts a job in a Node process of its own, which is ready for its first slice when this returns; or throws what went
 * wrong there.
 */
export async function startJob<Work>(
  job: Job<Work>,
  signal: AbortSignal,
  environment: Environment = {},
  watch: Watch = (command) => command,
): Promise<Running> {
  const [program, args] = watch([process.execPath, NODE_ARGUMENTS]);
  const child = startProgram(program, args, signal, { environment });
  const { stdin } = child;
  const lines: AsyncIterator<string, unknown> = createInterface({ input: child.stdout })[
    Symbol.asyncIterator
  ]();
  const sample = sampleOf(program, child.ended);
  // Whoever waits for a slice or for the end hears of it.
  sample.catch(() => undefined);

  async function untilReady(): Promise<void> {
    const { value } = await lines.next();
    if (value === READY) return;
    // Whatever else it has printed, there is nothing more for it to wait for.
    stdin.end();
    await sample;
    throw new Error('the process ended before its measurement did');
  }

  stdin.write(`${JSON.stringify(job)}\n`);
  await untilReady();
  return {
    async slice() {
      stdin.write('\n');
      await untilReady();
    },
    async end() {
      stdin.end();
      return await sample;
    },
    async stop() {
      child.kill();
      // One that handles that signal in JavaScript stands still, and wakes up at the end of what it reads.
      stdin.end();
      await sample.catch(() => undefined);
    },
  };
}

/** Runs a job in a Node process of its own, in one piece, and gives its sample, or throws what went wrong there. */
export async function runJob<Work>(
  job: Omit<Job<Work>, 'slices'>,
  signal: AbortSignal,
  environment: Environment = {},
  watch?: Watch,
): Promise<Sample> {
  const running = await startJob({ ...job, slices: 1 }, signal, environment, watch);
  await running.slice();
  return await running.end();
}
