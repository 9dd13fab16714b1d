import { defineConfig } from 'vitest/config';

import { instrumentedPool } from './instrumented-pool.js';
import { instrument } from './instruments.js';
import { Tally } from './tally.js';

const patience = 20_000 * (instrument ? (instrument.slow ? 30 : 3) : 1);
const label = [`Node ${process.versions.node}`, instrument?.name ?? []].flat().join(', ');
const tally = process.env.AIO_TALLY;

/** What every package's tests have in common. */
export const shared = defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Signals, exits and native addons are a process's own: no threads.
    pool: instrument ? instrumentedPool(instrument) : 'forks',
    isolate: instrument?.slow !== true,
    // aio-nr is one number for the whole machine, and so is time.
    fileParallelism: false,
    retry: 0,
    testTimeout: patience,
    hookTimeout: patience,
    teardownTimeout: patience,
    reporters: tally === undefined ? ['default'] : ['default', new Tally(tally, label)],
  },
});
