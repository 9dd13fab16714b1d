import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { Scratch } from '../../src/files/scratch.js';

/** Jobs run in processes of their own, which need what has been built. */
const built = (path: string): string =>
  fileURLToPath(new URL(`../../dist/${path}`, import.meta.url));

const { runJob } = (await import(
  built('process/run-job.js')
)) as typeof import('../../src/process/run-job.js');

it.each([
  ['alone', {}],
  ['whose loop is watched', { watchLoop: true }],
  ['beside a pool that is kept full', { fillPool: 2 }],
])(
  'a measurement %s that fails ends with its own error, not with what closing met',
  async (_, how) => {
    using scratch = new Scratch(tmpdir());
    const driver = join(scratch.path, 'driver.mjs');
    const fail = (what: string): string => `() => { throw new Error('${what}'); }`;
    writeFileSync(
      driver,
      `export const openBlocks = () => ({ transfer: ${fail('reading')}, close: ${fail('closing')} });`,
    );
    const job = {
      measure: built('jobs/blocks/measure.js'),
      driver,
      work: { paths: [], blockSize: 4096, depth: 1, latency: false, seconds: 0.01, ...how },
    };
    await expect(runJob(job, new AbortController().signal)).rejects.toThrow('reading');
  },
);
