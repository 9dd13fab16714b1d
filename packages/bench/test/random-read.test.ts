import { readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Scratch } from '../src/files/scratch.js';
import { readSamples } from '../src/samples/read-samples.js';
import type { Samples } from '../src/samples/samples.js';
import { fioOutput } from './drivers/fio-output.js';
import { envWithProgram } from './fake-program.js';
import { rowsOf, runHere, type CliOutcome } from './run-cli.js';

const TINY = ['random-read', '--size', '1m', '--runtime', '10ms', '--repeats', '1'];

describe('random-read with tiny parameters, and a report', () => {
  const scratch = new Scratch(tmpdir());
  const programs = new Scratch(tmpdir());
  const results = new Scratch(tmpdir());
  const log = join(programs.path, 'log');
  const out = join(results.path, 'a', 'report');
  const args = [
    ...[...TINY, '--iodepth', '2,48', '--iodepth-batch', '16'],
    ...['--drivers', 'aio-bind,fio-libaio', '--dir', scratch.path, '--out', out],
  ];
  let run: CliOutcome;

  beforeAll(async () => {
    const script = `echo "$@" >> '${log}'; echo '${fioOutput(0)}'`;
    run = await runHere(args, envWithProgram(programs.path, 'fio', script));
  });

  afterAll(() => {
    for (const it of [scratch, programs, results]) it[Symbol.dispose]();
  });

  it('ends well, and says nothing on standard error', () => {
    expect(run).toMatchObject({ code: 0, stderr: '' });
  });

  it('prints a table for each iodepth, of the drivers that were chosen', () => {
    expect(run.stdout).toContain('\n4k, iodepth 2\n');
    expect(run.stdout).toContain('\n4k, iodepth 48\n');
    for (const driver of ['aio-bind', 'fio-libaio']) {
      expect(rowsOf(run.stdout, driver)).toHaveLength(2);
    }
    for (const driver of ['aio', 'fs-promises', 'fs-sync', 'fio-psync']) {
      expect(rowsOf(run.stdout, driver)).toHaveLength(0);
    }
  });

  it('asks fio for the same work, and compares', () => {
    expect(run.stdout).toMatch(/│ fio-libaio │ [ *]*2\.00 \(2\.00\.\.2\.00\) │ +250\.00 │/);
    const runs = readFileSync(log, 'utf8').split('\n');
    const [speed = [], latency = []] = runs
      .map((line) => line.split(' '))
      .filter((options) => options.includes('--iodepth=48'));
    for (const option of [
      ...['--rw=randread', '--ioengine=libaio', '--bs=4096', '--size=1048576', '--direct=0'],
      ...['--iodepth=48', '--iodepth_batch_submit=16', '--iodepth_batch_complete_max=16'],
      ...['--runtime=10ms', '--invalidate=0', '--readonly', '--gtod_reduce=1'],
    ]) {
      expect(speed).toContain(option);
    }
    expect(latency).toContain('--lat_percentiles=1');
    expect(latency).not.toContain('--gtod_reduce=1');
  });

  it('leaves samples and pages there, names the directory last, and keeps no other file', () => {
    expect(run.stdout.endsWith(`\nthe report is in ${out}\n`)).toBe(true);
    expect(readdirSync(out).sort()).toEqual(['report', 'report.html', 'report.md', 'samples.json']);
    expect(readdirSync(scratch.path)).toEqual([]);

    const { command, machine, seconds } = readSamples(join(out, 'samples.json'));
    expect(command).toBe(`pnpm bench ${args.join(' ')}`);
    expect(machine.versions).toMatchObject({ node: process.versions.node, aio: '0.0.0' });
    expect(seconds).toBeGreaterThan(0);
    expect(readFileSync(join(out, 'report.md'), 'utf8')).toContain('(report/random-read-bars.svg)');
  });
});

describe('random-read', () => {
  it('prints its samples alone with --json -', async () => {
    using programs = new Scratch(tmpdir());
    const env = envWithProgram(programs.path, 'fio', `echo '${fioOutput(0)}'`);
    const run = await runHere([...TINY, '--drivers', 'fio-libaio', '--json', '-'], env);
    expect(run.code).toBe(0);
    const { trials } = JSON.parse(run.stdout) as Samples;
    expect(trials.map(({ samples }) => samples.map(({ driver }) => driver))).toEqual([
      ['fio-libaio', 'fio-libaio'],
    ]);
  });

  it('fails where fio fails, with what it said', async () => {
    using programs = new Scratch(tmpdir());
    const script = 'echo "fio: engine libaio not loadable" >&2; exit 1';
    const env = envWithProgram(programs.path, 'fio', script);
    const run = await runHere([...TINY, '--drivers', 'fio-libaio'], env);
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('fio-libaio FAILED');
    expect(run.stderr).toBe(
      'FAILED: random-read, 4k, iodepth 32, fio-libaio: fio ended with exit code 1: fio: engine libaio not loadable (2 times)\n',
    );
  });

  it('says how to get fio, fincore, vmtouch and python3 where they are missing', async () => {
    const args = [...TINY, '--drivers', 'fs-sync,fio-libaio,python-linux_aio,python-aiofiles'];
    const { code, stdout } = await runHere(args, { PATH: '/nonexistent' });
    expect(code).toBe(0);
    expect(stdout).toContain('apt-get install fio, or dnf install fio');
    expect(stdout).toContain('fincore, of util-linux, is not installed');
    expect(stdout).toContain('apt-get install vmtouch');
    expect(stdout).toContain('apt-get install python3');
    expect(rowsOf(stdout, 'fs-sync')).toHaveLength(1);
    expect(rowsOf(stdout, 'fio-libaio')).toHaveLength(0);
  });

  it('fails where no driver that was named is there', async () => {
    const args = [...TINY, '--drivers', 'fio-libaio,fio-psync'];
    const { code, stdout, stderr } = await runHere(args, { PATH: '/nonexistent' });
    expect(stderr).toBe('FAILED: random-read: nothing was measured of fio-libaio, fio-psync\n');
    expect(code).toBe(1);
    expect(stdout).toContain('apt-get install fio, or dnf install fio');
  });
});

it('a control, which nobody has named, is no measurement', async () => {
  const args = ['evaluation', '--rounds', '2', '--repeats', '1', '--drivers', 'python-linux_aio'];
  const { code, stdout, stderr } = await runHere(args, { PATH: '/nonexistent' });
  expect(stderr).toBe('FAILED: evaluation: nothing was measured of python-linux_aio\n');
  expect(code).toBe(1);
  expect(rowsOf(stdout, 'idle').length).toBeGreaterThan(0);
});
