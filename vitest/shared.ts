import { defineConfig, type ViteUserConfig } from 'vitest/config';

import { instrumentedPool } from './instrumented-pool.js';
import { instrument } from './instruments.js';
import { Tally } from './tally.js';

const patience = 60_000 * (instrument ? (instrument.slow ? 30 : 3) : 1);
const label = [`Node ${process.versions.node}`, instrument?.name ?? []].flat().join(', ');
const tally = process.env.AIO_TALLY;

/**
 * What every package's tests have in common. Files run beside one another, so no test may count what
 * belongs to the whole machine (aio-nr, time).
 */
export const shared: ViteUserConfig = defineConfig({
  test: {
    // Signals, exits and native addons are a process's own: no threads.
    pool: instrument ? instrumentedPool(instrument) : 'forks',
    // A process for each file would cost more than most files do.
    isolate: false,
    maxWorkers: '100%',
    retry: 0,
    testTimeout: patience,
    hookTimeout: patience,
    teardownTimeout: patience,
    reporters: tally === undefined ? ['default'] : ['default', new Tally(tally, label)],
  },
});
