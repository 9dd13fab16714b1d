// The entry of a child process; see job.ts for why nothing here is loaded by `import()`.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Sample } from '../measure/sample.js';
import { held } from '../measure/stopwatch.js';
import type { Job, MeasureModule, Outcome } from './job.js';

const load = createRequire(import.meta.url);

/** What went wrong first, where closing what was open went wrong as well (a SuppressedError, which Node 20 lacks). */
function firstOf(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  return 'suppressed' in error ? firstOf(error.suppressed) : error;
}

async function outcomeOf(job: Job<unknown>): Promise<Outcome<Sample>> {
  const idle = held();
  try {
    const driver: unknown = load(job.driver);
    const module = load(job.measure) as MeasureModule<unknown, unknown, Sample>;
    return { sample: { ...(await module.measure(driver, job.work)), idle } };
  } catch (error) {
    const { name, message } = firstOf(error);
    return { error: { name, message } };
  }
}

const job = JSON.parse(readFileSync(0, 'utf8')) as Job<unknown>;
void outcomeOf(job).then((outcome) =>
  process.stdout.write(JSON.stringify(outcome), () => {
    // Whatever a failed measurement has left running would keep the process, and all wait for its end.
    if ('error' in outcome) process.exit(1);
  }),
);
