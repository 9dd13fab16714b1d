import { expect, it } from 'vitest';
import type { Samples } from '../../src/samples/samples.js';
import { runHere } from '../run-cli.js';

it('scale-workers reads in one, two and four workers, and says what of it was reached', async () => {
  const { code, stdout, stderr } = await runHere([
    ...['scale-workers', '--drivers', 'aio', '--size', '1m'],
    ...['--runtime', '10ms', '--repeats', '1'],
  ]);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(stdout).toMatch(/driver \\ workers │ +1 │ +2 │ +4 │/);
  expect(stdout).toMatch(/│ aio +│( +\*? *[\d.,]+ │){3}/);
  expect(stdout).toMatch(/reads\/s of aio: 2, over 1 +│ at least 1\.50x/);
});

it('scale-workers gives each worker the same to do, and counts threads while all are there', async () => {
  const { code, stdout } = await runHere([
    ...['scale-workers', '--drivers', 'fs-sync', '--size', '1m'],
    ...['--runtime', '10ms', '--repeats', '1', '--json', '-'],
  ]);
  expect(code).toBe(0);
  const [trial] = (JSON.parse(stdout) as Samples).trials;
  const turns = trial!.samples.map((turn) => ({ workers: Number(turn.case), ...turn.sample }));
  expect(turns.map(({ workers }) => workers).sort()).toEqual([1, 2, 4]);
  for (const { workers, operations, threads, idle } of turns) {
    expect(operations % workers).toBe(0);
    expect(threads! - idle!.threads).toBeGreaterThanOrEqual(workers);
  }
});
