import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runPython, type PythonLibrary } from '../../src/drivers/python/run-python.js';
import { makeContentFile } from '../../src/files/content.js';
import { Scratch } from '../../src/files/scratch.js';
import type { BlocksWork } from '../../src/jobs/blocks/work.js';
import { makeEvaluationFiles } from '../../src/jobs/evaluation/files.js';

const FAKES = fileURLToPath(new URL('../fake-python', import.meta.url));
const STEPPING_CLOCK = fileURLToPath(new URL('../stepping-clock', import.meta.url));
const LIBRARIES: readonly PythonLibrary[] = ['linux_aio', 'aiofiles'];
const { signal } = new AbortController();

// What is first in the PATH may be a script that looks for Python, and takes longer than the jobs here.
const found = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], {
  encoding: 'utf8',
});

beforeEach(({ skip }) => {
  skip(found.status !== 0, 'not runnable here: python3 is not installed');
  vi.stubEnv('PATH', [dirname(found.stdout.trim()), process.env.PATH].join(delimiter));
  vi.stubEnv('PYTHONPATH', FAKES);
});

afterEach(() => {
  vi.unstubAllEnvs();
});

function blocksOf(path: string): BlocksWork {
  return {
    ...{ paths: [path], blockSize: 4096, blocksPerFile: 16, write: false, once: false },
    ...{ depth: 8, batch: 4, direct: false, seed: 7, seconds: 0.01, latency: true },
    watchLoop: false,
  };
}

describe.each(LIBRARIES)('%s', (library) => {
  it('reads the files of the evaluation whole', async () => {
    using scratch = new Scratch(tmpdir());
    const files = makeEvaluationFiles(scratch.path).slice(0, 6);
    const work = { files, rounds: 3, intervalMs: 1, reopen: false, warmUpSeconds: 0 };
    const sample = await runPython(library, 'evaluation', work, signal);
    expect(sample.bytes).toBe(3 * files.reduce((sum, { size }) => sum + size, 0));
    expect(sample.idle?.threads).toBe(1);
    const { physicalMebibytes = 0, virtualMebibytes } = sample.figures ?? {};
    expect(virtualMebibytes).toBeGreaterThan(physicalMebibytes);
  });

  it('reads the right blocks, and takes latencies', async () => {
    using scratch = new Scratch(tmpdir());
    const path = join(scratch.path, 'file');
    makeContentFile(path, 16 * 4096);
    const sample = await runPython(library, 'blocks', blocksOf(path), signal);
    expect(sample.bytes).toBe(sample.operations * 4096);
    expect(sample.distributions?.latency?.count).toBe(sample.operations);
  });

  it('is found out when it reads wrong bytes', async () => {
    using scratch = new Scratch(tmpdir());
    const path = join(scratch.path, 'file');
    writeFileSync(path, new Uint8Array(16 * 4096).fill(1));
    await expect(runPython(library, 'blocks', blocksOf(path), signal)).rejects.toThrow(
      'wrong bytes were read from offset',
    );
  });
});

// The time ends at the second look at the clock, and at the third.
it.each([0.04, 0.02])(
  'linux_aio waits for nothing where nothing is under way, with a clock in steps of %d s',
  async (step) => {
    vi.stubEnv('PYTHONPATH', [FAKES, STEPPING_CLOCK].join(delimiter));
    vi.stubEnv('STEPPING_CLOCK', String(step));
    using scratch = new Scratch(tmpdir());
    const path = join(scratch.path, 'file');
    makeContentFile(path, 16 * 4096);
    const work = { ...blocksOf(path), latency: false, seconds: 0.05 };
    const sample = await runPython('linux_aio', 'blocks', work, signal);
    expect(sample.operations).toBeGreaterThan(0);
  },
);

it('names the library where it is missing', async () => {
  vi.stubEnv('PYTHONHOME', undefined);
  vi.stubEnv('PYTHONPATH', '/nonexistent');
  using scratch = new Scratch(tmpdir());
  // A name that nobody has installed stands for one that is not here.
  const missing = 'linux_aio_missing' as PythonLibrary;
  await expect(
    runPython(missing, 'blocks', blocksOf(join(scratch.path, 'file')), signal),
  ).rejects.toMatchObject({
    name: 'MissingDriver',
    message: 'python3 has no linux_aio_missing: pip install linux_aio_missing',
  });
});
