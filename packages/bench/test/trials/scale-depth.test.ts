import { describe, expect, it } from 'vitest';
import { rowsOf, runHere, type CliOutcome } from '../run-cli.js';

function scaleDepth(...options: readonly string[]): Promise<CliOutcome> {
  return runHere([
    ...['scale-depth', '--drivers', 'aio', '--size', '1m'],
    ...['--runtime', '10ms', '--repeats', '1', ...options],
  ]);
}

describe('scale-depth', () => {
  it('goes through its depths with blocks of another size, too', async () => {
    const { code, stdout, stderr } = await scaleDepth('--bs', '1k');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('cached random reads of 1k from a file of 1m, by depth');
    expect(stdout).toMatch(/driver \\ iodepth │ +8 │ +32 │ +128 │ +512 │ +1024 │/);
  });

  it('tells blocks of several sizes apart, and does not put them on one curve', async () => {
    const { code, stdout, stderr } = await scaleDepth('--bs', '1k,64k', '--iodepth', '1,2');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/driver \\ iodepth │ +1k, 1 │ +1k, 2 │ +64k, 1 │ +64k, 2 │/);
    // A figure for each, and nothing of what they are to each other.
    for (const row of rowsOf(stdout, 'aio')) expect(row).toMatch(/│ +- │$/);
  });
});
