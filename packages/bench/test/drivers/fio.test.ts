import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseFioOutput } from '../../src/drivers/fio/fio-output.js';
import { Scratch } from '../../src/files/scratch.js';
import { envWithProgram } from '../fake-program.js';
import { runCli } from '../run-cli.js';

function output(error: number, percentile?: object): string {
  const read = { total_ios: 1000, iops: 2000, lat_ns: { max: 400_000, N: 1000, percentile } };
  const job = { error, usr_cpu: 10, sys_cpu: 40, job_runtime: 500, read };
  return JSON.stringify({ 'fio version': 'fio-3.33', jobs: [job] });
}

describe('parseFioOutput', () => {
  const sample = { operations: 1000, seconds: 0.5, userSeconds: 0.05, systemSeconds: 0.2 };

  it('takes reads, time and CPU time', () => {
    expect(parseFioOutput(output(0))).toEqual(sample);
  });

  it('takes latencies where they were asked for', () => {
    const percentile = { '50.000000': 1500, '99.000000': 20000, '99.900000': 300000 };
    const curve = [
      [50, 1.5],
      [99, 20],
      [99.9, 300],
      [100, 400],
    ];
    const latency = { count: 1000, p50: 1.5, p99: 20, p999: 300, max: 400, curve };
    const distributions = { latency };
    expect(parseFioOutput(output(0, percentile))).toEqual({ ...sample, distributions });
  });

  it('passes over what fio says before its JSON', () => {
    expect(parseFioOutput(`note: both iodepth >= 1\n${output(0)}`)).toEqual(sample);
  });

  it.each([
    [output(22), 'fio reported error 22'],
    ['{"jobs":[]}', 'fio reported no job'],
  ])('refuses %j', (stdout, message) => {
    expect(() => parseFioOutput(stdout)).toThrow(message);
  });
});

describe('random-read with fio', () => {
  const args = [
    ...['random-read', '--drivers', 'fs-sync,fio-libaio', '--repeats', '1'],
    ...['--size', '1m', '--runtime', '10ms', '--iodepth', '48', '--iodepth-batch', '16'],
  ];

  it('asks it for the same work, and compares', async () => {
    using scratch = new Scratch(tmpdir());
    const log = join(scratch.path, 'log');
    const script = `echo "$@" >> '${log}'; echo '${output(0)}'`;
    const run = await runCli(args, envWithProgram(scratch.path, 'fio', script));
    expect(run.stderr).toBe('');
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/│ fio-libaio │ [ *]*2\.00 \(2\.00\.\.2\.00\) │ +250\.00 │/);

    const runs = readFileSync(log, 'utf8').split('\n');
    const [speed = '', latency = ''] = runs.filter((line) => line !== '--version');
    for (const option of [
      ...['--rw=randread', '--ioengine=libaio', '--bs=4096', '--size=1048576', '--direct=0'],
      ...['--iodepth=48', '--iodepth_batch_submit=16', '--iodepth_batch_complete_max=16'],
      ...['--runtime=10ms', '--invalidate=0', '--readonly', '--gtod_reduce=1'],
    ]) {
      expect(speed.split(' ')).toContain(option);
    }
    expect(latency.split(' ')).toContain('--lat_percentiles=1');
    expect(latency.split(' ')).not.toContain('--gtod_reduce=1');
  });

  it('fails where it fails, with what it said', async () => {
    using scratch = new Scratch(tmpdir());
    const script = 'echo "fio: engine libaio not loadable" >&2; exit 1';
    const run = await runCli(args, envWithProgram(scratch.path, 'fio', script));
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('fio-libaio FAILED');
    expect(run.stderr).toContain(
      'FAILED: random-read, 4k, iodepth 48, fio-libaio: fio ended with exit code 1: fio: engine libaio not loadable (2 times)',
    );
  });
});
