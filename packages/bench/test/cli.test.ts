import { readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Scratch } from '../src/files/scratch.js';
import { runCli } from './run-cli.js';

const TINY_EVALUATION = ['evaluation', '--rounds', '2', '--repeats', '1'];
const TINY_READ = ['random-read', '--size', '1m', '--runtime', '10ms', '--repeats', '1'];

interface Output {
  readonly machine: Readonly<Record<string, unknown>>;
  readonly trials: readonly {
    readonly trial: string;
    readonly parameters: Readonly<Record<string, unknown>>;
    readonly samples: readonly { readonly driver: string; readonly sample: object }[];
    readonly failures: readonly object[];
  }[];
}

function rowsOf(stdout: string, driver: string): readonly string[] {
  return stdout.split('\n').filter((line) => line.startsWith(`│ ${driver} `));
}

describe('the evaluation with tiny parameters', () => {
  it('prints its tables, writes its samples, leaves no files and exits with 0', async () => {
    using scratch = new Scratch(tmpdir());
    using results = new Scratch(tmpdir());
    const json = join(results.path, 'samples.json');
    const run = await runCli([...TINY_EVALUATION, '--dir', scratch.path, '--json', json]);

    expect(run.stderr).toBe('');
    expect(run.code).toBe(0);
    expect(run.stdout).toContain(`files in ${scratch.path} (`);
    for (const heading of ['1 file\n', '6 files\n', '12 files\n', '24 files\n']) {
      expect(run.stdout).toContain(heading);
    }
    for (const driver of ['idle', 'aio-bind', 'fs-promises', 'fs-sync']) {
      expect(rowsOf(run.stdout, driver)).toHaveLength(4);
    }
    expect(run.stdout).toMatch(/aio-bind: .* the time of fs-promises for the reads/);
    // Kernel AIO needs no threads, and Node's pool does.
    for (const row of rowsOf(run.stdout, 'aio-bind')) expect(row).toMatch(/│ +\+0 │/);
    for (const row of rowsOf(run.stdout, 'fs-promises')) expect(row).toMatch(/│ +\+[1-9]\d* │/);

    checkJson(readFileSync(json, 'utf8'), ['idle', 'aio-bind', 'fs-promises', 'fs-sync']);
    expect(readdirSync(scratch.path)).toEqual([]);
  });

  it('prints its samples alone with --json -', async () => {
    const run = await runCli([...TINY_EVALUATION, '--drivers', 'fs-sync', '--json', '-']);
    expect(run.code).toBe(0);
    checkJson(run.stdout, ['idle', 'fs-sync']);
  });
});

function checkJson(json: string, drivers: readonly string[]): void {
  const { machine, trials } = JSON.parse(json) as Output;
  expect(machine).toMatchObject({ node: process.version });
  expect(Object.keys(machine)).toEqual(
    expect.arrayContaining(['cpu', 'cores', 'memoryBytes', 'kernel', 'fileSystem', 'device']),
  );
  expect(trials).toHaveLength(1);
  const [trial] = trials;
  expect(trial).toMatchObject({
    trial: 'evaluation',
    parameters: { rounds: 2, repeats: 1, intervalMs: 1 },
    failures: [],
  });
  const samples = trial?.samples ?? [];
  expect(samples.map(({ driver }) => driver).sort()).toEqual(
    drivers.flatMap((driver) => [driver, driver, driver, driver]).sort(),
  );
  for (const { sample } of samples) {
    for (const figure of [
      'seconds',
      'readingMicroseconds',
      'userSeconds',
      'systemSeconds',
      'threads',
    ]) {
      expect(sample).toHaveProperty(figure, expect.any(Number));
    }
  }
}

describe('random-read with tiny parameters', () => {
  it('prints a table for each iodepth, of the drivers that were chosen', async () => {
    const { code, stdout } = await runCli([
      ...TINY_READ,
      ...['--iodepth', '2,40', '--drivers', 'fs-sync,aio-bind'],
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain('iodepth 2, batches of up to 2');
    expect(stdout).toContain('iodepth 40, batches of up to 32');
    expect(rowsOf(stdout, 'aio-bind')).toHaveLength(2);
    expect(rowsOf(stdout, 'fs-sync')).toHaveLength(2);
    expect(rowsOf(stdout, 'fs-promises')).toHaveLength(0);
    expect(rowsOf(stdout, 'fio-libaio')).toHaveLength(0);
  });

  it('says how to get fio and fincore where they are missing', async () => {
    const { code, stdout } = await runCli([...TINY_READ, '--drivers', 'fs-sync,fio-libaio'], {
      ...process.env,
      PATH: '/nonexistent',
    });
    expect(code).toBe(0);
    expect(stdout).toContain('apt-get install fio, or dnf install fio');
    expect(stdout).toContain('fincore (util-linux) is not installed');
    expect(rowsOf(stdout, 'fio-libaio')).toHaveLength(0);
  });
});

describe('a command line that is wrong', () => {
  it.each([
    [['nonsense'], "unknown trial 'nonsense' (trials: evaluation, random-read)"],
    [
      ['evaluation', '--drivers', 'nonsense'],
      "unknown driver 'nonsense' (drivers: aio-bind, fs-promises, fs-sync)",
    ],
    [
      ['evaluation', 'random-read', '--drivers', 'fio-libaio'],
      "evaluation has no driver 'fio-libaio' (drivers: aio-bind, fs-promises, fs-sync)",
    ],
    [['evaluation', '--bs', '4k'], '--bs means nothing to evaluation'],
    [['evaluation', '--iodepth-batch', '4'], '--iodepth-batch means nothing to evaluation'],
    [['random-read', '--rounds', '3'], '--rounds means nothing to random-read'],
    [['random-read', '--bs', '4x'], "--bs wants a size such as 4096, 4k or 256m, not '4x'"],
    [['random-read', '--bs', '1000', '--direct'], '--bs wants a multiple of 512 here, not 1000'],
    [['random-read', '--size', '1k'], '--size 1k does not hold one block of --bs 4k'],
    [
      ['--dir', '/nonexistent'],
      "--dir wants a directory that can be written to, not '/nonexistent'",
    ],
    [['--quick', '--full'], "option '--quick' cannot be used with option '--full'"],
    [['--nonsense'], "unknown option '--nonsense'"],
  ])('%j is refused with one line', async (args, line) => {
    expect(await runCli(args)).toEqual({ code: 2, stdout: '', stderr: `bench: ${line}\n` });
  });
});

it('lists its trials and their drivers in its help', async () => {
  const { code, stdout } = await runCli(['--help']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/evaluation .*\n +drivers: aio-bind, fs-promises, fs-sync\n/);
  expect(stdout).toMatch(/random-read .*\n +drivers: aio-bind, fio-libaio, fs-sync, fs-promises\n/);
});
