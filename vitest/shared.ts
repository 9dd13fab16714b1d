import path from 'node:path';
import { defineConfig, mergeConfig, type ViteUserConfig } from 'vitest/config';

import { instrumentedPool } from './instrumented-pool.js';
import { instrument } from './instruments.js';
import { Tally } from './tally.js';

// Nothing here speaks TLS, and to read a machine's own certificates a Node process takes as long as to
// start: the tests have many.
delete process.env.NODE_EXTRA_CA_CERTS;

// What hangs is to be found, however slow the machine is.
const patience = 180_000 * (instrument ? (instrument.slow ? 30 : 3) : 1);
const tested = path.basename(process.cwd());
const label = [tested, `Node ${process.versions.node}`, instrument?.name ?? []].flat().join(', ');
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

/** The same for a package of which some tests want a process each: those that count or replace what is its. */
export function withProcessesFor(names: readonly string[]): ViteUserConfig {
  const alone = names.map((name) => `test/${name}.test.ts`);
  const together = { name: 'together', include: ['test/**/*.test.ts'], exclude: alone };
  const projects = [
    { extends: true, test: { name: 'alone', include: alone, isolate: true } },
    { extends: true, test: together },
  ] as const;
  return mergeConfig(shared, defineConfig({ test: { projects: [...projects] } }));
}
