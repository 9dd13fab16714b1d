// The entry of a child process; see job.ts for why nothing here is loaded by `import()`.
import { writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Sample } from '../measure/sample.js';
import type { Slices } from '../measure/slices.js';
import { held } from '../measure/stopwatch.js';
import { READY, type Job, type MeasureModule, type Outcome } from './job.js';
import { Lines } from './lines.js';

const STDIN = 0;
const STDOUT = 1;

const load = createRequire(import.meta.url);

/** What went wrong first, where closing what was open went wrong as well (a SuppressedError, which Node 20 lacks). */
function firstOf(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  return 'suppressed' in error ? firstOf(error.suppressed) : error;
}

/** Each begins with a line of the parent's; the whole process stands still until then. */
function slicesFrom(lines: Lines, count: number): Slices {
  return {
    count,
    next() {
      writeSync(STDOUT, `${READY}\n`);
      return lines.next() !== undefined;
    },
  };
}

async function outcomeOf(job: Job<unknown>, lines: Lines): Promise<Outcome<Sample>> {
  const idle = held();
  try {
    const driver: unknown = load(job.driver);
    const module = load(job.measure) as MeasureModule<unknown, unknown, Sample>;
    const slices = slicesFrom(lines, job.slices);
    return { sample: { ...(await module.measure(driver, job.work, slices)), idle } };
  } catch (error) {
    const { name, message } = firstOf(error);
    return { error: { name, message } };
  }
}

const lines = new Lines(STDIN);
const job = JSON.parse(lines.next() ?? '') as Job<unknown>;
void outcomeOf(job, lines).then((outcome) =>
  process.stdout.write(`${JSON.stringify(outcome)}\n`, () => {
    // Whatever a failed measurement has left running would keep the process, and all wait for its end.
    if ('error' in outcome) process.exit(1);
  }),
);
