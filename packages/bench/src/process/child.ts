// The entry of a child process; see job.ts for why nothing here is loaded by `import()`.
import { createRequire } from 'node:module';
import type { Job, MeasureModule, Outcome } from './job.js';

const load = createRequire(import.meta.url);

async function outcomeOf(job: Job<unknown>): Promise<Outcome<unknown>> {
  try {
    const driver: unknown = load(job.driver);
    const trial = load(job.measure) as MeasureModule<unknown, unknown, unknown>;
    return { sample: await trial.measure(driver, job.work) };
  } catch (error) {
    process.exitCode = 1;
    return { error: { message: error instanceof Error ? error.message : String(error) } };
  }
}

const job = JSON.parse(process.argv.at(-1) ?? '') as Job<unknown>;
void outcomeOf(job).then((outcome) => process.stdout.write(JSON.stringify(outcome)));
