import { availableParallelism } from 'node:os';
import { expect, it } from 'vitest';
import type { Samples } from '../../src/samples/samples.js';
import { runHere } from '../run-cli.js';

it('pool-contention keeps a pool of one size full, whoever reads', async () => {
  const { code, stdout } = await runHere([
    ...['pool-contention', '--drivers', 'fs-promises,fs-promises-uring', '--size', '1m'],
    ...['--runtime', '10ms', '--repeats', '1', '--json', '-'],
  ]);
  expect(code).toBe(0);
  const [trial] = (JSON.parse(stdout) as Samples).trials;
  const added = (driver: string): number[] =>
    trial!.samples
      .filter((turn) => turn.driver === driver && turn.case.endsWith(', pool full'))
      .map(({ sample }) => sample.threads! - sample.idle!.threads);
  const pool = Math.max(1, availableParallelism() - 1);
  expect(added('fs-promises')).toEqual([pool, pool]);
  // For io_uring the kernel adds threads of its own to the process: one that polls, and a worker.
  for (const threads of added('fs-promises-uring')) expect(threads).toBeLessThanOrEqual(pool + 2);
});
