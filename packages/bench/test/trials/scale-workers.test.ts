import { expect, it } from 'vitest';
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
