import { readFileSync, readdirSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import os, { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { bench, planTrials } from '../src/bench.js';
import { readCommandLine } from '../src/cli.js';
import type { RunCommand } from '../src/options/run-command-line.js';
import { Scratch } from '../src/files/scratch.js';
import type { Samples } from '../src/samples/samples.js';
import { rowsOf, runCli, runHere } from './run-cli.js';

const TINY_EVALUATION = ['evaluation', '--rounds', '2', '--repeats', '1'];

describe('the evaluation with tiny parameters', () => {
  it('prints its tables, writes its samples, leaves no files and exits with 0', async () => {
    using scratch = new Scratch(tmpdir());
    using results = new Scratch(tmpdir());
    const json = join(results.path, 'samples.json');
    const run = await runCli([
      ...[...TINY_EVALUATION, '--full', '--drivers', 'aio,aio-context,aio-bind,fs-promises'],
      ...['--dir', scratch.path, '--json', json],
    ]);

    expect(run.stderr).toBe('');
    expect(run.code).toBe(0);
    expect(run.stdout).toContain(`files in ${scratch.path} (`);
    for (const heading of ['1 file\n', '6 files\n', '12 files\n', '24 files\n', 'code cold\n']) {
      expect(run.stdout).toContain(heading);
    }
    for (const driver of ['idle', 'aio', 'aio-context', 'fs-promises']) {
      expect(rowsOf(run.stdout, driver)).toHaveLength(6);
    }
    expect(rowsOf(run.stdout, 'aio-bind')).toHaveLength(5);
    expect(run.stdout).toMatch(/aio: .* the reading us\/round of fs-promises, .* its CPU/);
    expect(run.stdout).toMatch(
      /24 files: reading us\/round of aio over that of fs-promises +│ +at most 0\.50x │/,
    );
    expect(run.stdout).toMatch(/│ here: aio +│/);
    expect(run.stdout).toMatch(/│ published: linux_aio +│ +1\.305 │ +1\.327 │ +1\.353 │ +1\.431 │/);
    // Kernel AIO needs no threads, and Node's pool does.
    for (const driver of ['aio-context', 'aio-bind']) {
      for (const row of rowsOf(run.stdout, driver)) expect(row).toMatch(/│[ *]+0 │/);
    }
    for (const row of rowsOf(run.stdout, 'fs-promises')) expect(row).toMatch(/│ +[1-9]\d* │/);

    checkJson(readFileSync(json, 'utf8'), {
      ...{ idle: 6, aio: 6, 'aio-context': 6, 'aio-bind': 5, 'fs-promises': 6 },
    });
    expect(readdirSync(scratch.path)).toEqual([]);
  });
});

function checkJson(json: string, drivers: Readonly<Record<string, number>>): void {
  const { machine, trials } = JSON.parse(json) as Samples;
  expect(machine).toMatchObject({ node: process.version });
  expect(Object.keys(machine)).toEqual(
    expect.arrayContaining([
      ...['cpu', 'cores', 'memoryBytes', 'kernel', 'fileSystem', 'device'],
      ...['versions', 'mitigations'],
    ]),
  );
  expect(trials).toHaveLength(1);
  const [trial] = trials;
  expect(trial).toMatchObject({
    trial: 'evaluation',
    parameters: { rounds: 2, intervalMs: 1 },
    repeats: 1,
    failures: [],
  });
  const samples = trial?.samples ?? [];
  const counts: Record<string, number> = {};
  for (const { driver } of samples) counts[driver] = (counts[driver] ?? 0) + 1;
  expect(counts).toEqual(drivers);
  for (const { sample } of samples) {
    for (const figure of ['seconds', 'userSeconds', 'systemSeconds', 'threads']) {
      expect(sample).toHaveProperty(figure, expect.any(Number));
    }
  }
}

function planned(args: readonly string[]): unknown {
  const commandLine = readCommandLine(args);
  return commandLine.kind === 'run' ? planTrials(commandLine) : commandLine;
}

describe('a command line that is wrong', () => {
  it.each([
    [['nonsense'], /^unknown trial 'nonsense' \(trials: evaluation, random-read, .*\)$/],
    [
      ['evaluation', '--drivers', 'nonsense'],
      "unknown driver 'nonsense' (drivers: aio, aio-context, aio-bind, fs-promises, fs-sync, python-linux_aio, python-aiofiles)",
    ],
    [
      ['evaluation', 'random-read', '--drivers', 'fio-libaio'],
      "evaluation has no driver 'fio-libaio' (drivers: aio, aio-context, aio-bind, fs-promises, fs-sync, python-linux_aio, python-aiofiles)",
    ],
    [['evaluation', '--bs', '4k'], '--bs means nothing to evaluation'],
    [['evaluation', '--iodepth-batch', '4'], '--iodepth-batch means nothing to evaluation'],
    [['random-read', '--rounds', '3'], '--rounds means nothing to random-read'],
    [['random-read', '--bs', '4x'], "--bs wants a size such as 4096, 4k or 256m, not '4x'"],
    [['random-read', '--bs', '1000', '--direct'], '--bs wants a multiple of 512 here, not 1000'],
    [['random-read', '--size', '1k'], '--size 1k does not hold one block of 4k'],
    [['memory', '--size', '512k'], '--size 512k does not hold one block of 1m'],
    [['pool-contention', '--size', '1k'], '--size 1k does not hold one block of 4k'],
    [['scale-workers', '--size', '1k'], '--size 1k does not hold one block of 4k'],
    [['stream-read', '--bs', '64k,1001'], '--bs wants a multiple of 4 here, not 1001'],
    [['scale-depth', '--iodepth', '8,32,8'], "--iodepth wants each value once, not '8,32,8'"],
    [['scale-depth', '--bs', '4k,4096'], "--bs wants each value once, not '4k,4096'"],
    [
      ['random-read', '--direct', '--drivers', 'python-linux_aio'],
      /^random-read --direct has no driver 'python-linux_aio' \(drivers: aio, .*, fio-psync\)$/,
    ],
  ])('%j is refused', (args, message) => {
    expect(() => planned(args)).toThrow(message);
  });

  it.each([
    [
      ['--dir', '/nonexistent'],
      "--dir wants a directory that can be written to, not '/nonexistent'",
    ],
    [
      ['--json', '/nonexistent/samples.json'],
      "--json wants a file that can be written to, not '/nonexistent/samples.json' (ENOENT)",
    ],
    [['--json', '/dev'], "--json wants a file that can be written to, not '/dev' (EISDIR)"],
    [['--json', ''], "--json wants a file that can be written to, not '' (ENOENT)"],
    [
      ['--out', '/dev/null/report'],
      "--out wants a directory that can be written to, not '/dev/null/report'",
    ],
    [['--quick', '--full'], "option '--quick' cannot be used with option '--full'"],
    [['--nonsense'], "unknown option '--nonsense'"],
    [
      ['report', '/nonexistent.json'],
      "/nonexistent.json cannot be read (ENOENT): 'bench --full' or '--json' write such files",
    ],
    [
      ['report', '--html', '/nonexistent/page.html'],
      "--html wants a file that can be written to, not '/nonexistent/page.html' (ENOENT)",
    ],
    [['report', '--full'], "unknown option '--full'"],
    [['--full', 'report'], '--full means nothing to report'],
  ])('%j is refused with one line', async (args, line) => {
    expect(await runHere(args)).toEqual({ code: 2, stdout: '', stderr: `bench: ${line}\n` });
  });

  it('is refused by the process as well', async () => {
    const stderr = "bench: unknown option '--nonsense'\n";
    expect(await runCli(['--nonsense'])).toEqual({ code: 2, stdout: '', stderr });
  });
});

it('lists its trials and their drivers in its help', async () => {
  const { code, stdout } = await runHere(['--help']);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /evaluation .*\n +drivers: aio, aio-context, aio-bind, fs-promises, fs-sync, python-linux_aio, python-aiofiles\n/,
  );
  expect(stdout).toMatch(
    /random-read .*\n +drivers: aio, aio-many, aio-bind, fs-promises, .*, fio-libaio, fio-io_uring, fio-psync, python-linux_aio, python-aiofiles\n/,
  );
});

it('warns of a machine that is busy', async () => {
  const { loadavg } = os;
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  os.loadavg = () => [10_000, 0, 0];
  syncBuiltinESMExports();
  try {
    const command = { ...(readCommandLine([]) as RunCommand), trials: [] };
    await bench(command, [], new AbortController().signal);
    expect(said).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(/^WARNING: the machine was busy: a load average of 10,000\.00 on /),
    );
  } finally {
    os.loadavg = loadavg;
    syncBuiltinESMExports();
    said.mockRestore();
    printed.mockRestore();
  }
});
