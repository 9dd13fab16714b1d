import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as bystander from '../../src/drivers/bystander/blocks.js';
import { Scratch } from '../../src/files/scratch.js';
import { measure } from '../../src/jobs/blocks/measure.js';
import type { BlocksWork } from '../../src/jobs/blocks/work.js';
import type { Sample } from '../../src/measure/sample.js';
import { envWithProgram } from '../fake-program.js';

const work: BlocksWork = {
  ...{
    paths: [],
    blockSize: 4096,
    blocksPerFile: 16,
    write: false,
    once: true,
    depth: 4,
    batch: 4,
  },
  ...{ direct: false, seed: 1, seconds: 0.05, latency: false, watchLoop: true },
};

/** Beside what is called fio, which is a script. */
async function besides(
  script: (scratch: string) => string,
  seconds = work.seconds,
): Promise<Sample> {
  using scratch = new Scratch(tmpdir());
  vi.stubEnv('PATH', envWithProgram(scratch.path, 'fio', script(scratch.path)).PATH);
  const sample = await measure(bystander, { ...work, seconds });
  expect(existsSync(join(scratch.path, 'ended'))).toBe(true);
  return sample;
}

describe('the bystander', () => {
  afterEach(() => void vi.unstubAllEnvs());

  it('measures an idle loop while fio runs, and ends it', async () => {
    const sample = await besides(
      (scratch) => `trap 'touch "${scratch}/ended"; exit' TERM; while :; do sleep 0.01; done`,
    );
    expect(sample.distributions?.timer?.count).toBeGreaterThan(0);
  });

  it('says so where fio ends by itself', async () => {
    // Long enough that it ends before the measurement does.
    const inTime = 3600;
    const saying = besides(() => `echo '{"jobs":[]}'`, inTime);
    await expect(saying).rejects.toThrow('fio reported no job');
    const failing = besides(() => 'exit 3', inTime);
    await expect(failing).rejects.toThrow('fio ended with exit code 3');
  });
});
