import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as bystander from '../../src/drivers/bystander/blocks.js';
import { Scratch } from '../../src/files/scratch.js';
import { measure } from '../../src/jobs/blocks/measure.js';
import type { BlocksWork } from '../../src/jobs/blocks/work.js';
import { oneSlice } from '../../src/measure/slices.js';
import { envWithProgram } from '../fake-program.js';

const work: BlocksWork = {
  ...{
    paths: [],
    blockSize: 4096,
    blocksPerFile: 16,
    write: false,
    once: false,
    depth: 4,
    batch: 4,
  },
  ...{ direct: false, seed: 1, seconds: 0.05, latency: false, watchLoop: true },
};

/** Beside what is called fio, which is a script. */
async function besides(scratch: Scratch, script: string, more: Partial<BlocksWork> = {}) {
  vi.stubEnv('PATH', envWithProgram(scratch.path, 'fio', script).PATH);
  const begun = join(scratch.path, 'begun');
  const whenBegun = async (): Promise<void> => {
    while (!existsSync(begun)) await nextTurn();
  };
  return measure(bystander, { ...work, ...more }, oneSlice(whenBegun));
}

describe('the bystander', () => {
  afterEach(() => void vi.unstubAllEnvs());

  it('measures an idle loop while fio runs, and ends it', async () => {
    using scratch = new Scratch(tmpdir());
    const sample = await besides(
      scratch,
      `cd "${scratch.path}"; trap 'touch ended; exit' TERM; touch begun; while :; do sleep 0.01; done`,
      { once: true },
    );
    expect(sample.distributions?.timer?.count).toBeGreaterThan(0);
    expect(existsSync(join(scratch.path, 'ended'))).toBe(true);
  });

  it('says so where fio ends by itself', async () => {
    using scratch = new Scratch(tmpdir());
    const begin = `touch "${scratch.path}/begun"`;
    // Long enough that it ends before the measurement does.
    const hour = { seconds: 3600 };
    const saying = besides(scratch, `${begin}; echo '{"jobs":[]}'`, hour);
    await expect(saying).rejects.toThrow('fio reported no job');
    const failing = besides(scratch, `${begin}; exit 3`, hour);
    await expect(failing).rejects.toThrow('fio ended with exit code 3');
  });
});
