import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { Scratch } from '../../src/files/scratch.js';
import { callsPerOperation, parseSummary } from '../../src/process/count-system-calls.js';
import { runProgram, startProgram } from '../../src/process/run-program.js';
import { envWithProgram } from '../fake-program.js';

const { signal } = new AbortController();

const HEADING = '% time     seconds  usecs/call     calls    errors syscall';

it('adds up the calls that strace has seen, failed ones included', () => {
  const summary = [
    HEADING,
    '------ ----------- ----------- --------- --------- ----------------',
    ' 60.00    0.000600           6       100           io_submit',
    ' 40.00    0.000400           4        30         7 futex',
    '------ ----------- ----------- --------- --------- ----------------',
    '100.00    0.001000                   130         7 total',
  ].join('\n');
  expect(parseSummary(summary)).toBe(130);
});

it('says how to get strace where it is missing', async () => {
  const path = process.env.PATH;
  process.env.PATH = '/nonexistent';
  try {
    await expect(callsPerOperation(() => Promise.resolve(), signal)).rejects.toThrow(
      'apt-get install strace',
    );
  } finally {
    process.env.PATH = path;
  }
});

it('counts what an operation costs, and not what a process costs', async () => {
  using scratch = new Scratch(tmpdir());
  // In place of strace: 500 calls for starting, and three for each operation (the last argument).
  const row = '" 1.00 0.1 1 $((500 + 3 * $#)) read"';
  const script = `[ "$1" = -V ] && exit 0; out="$5"; n="$7"; set -- $(seq 1 "$n"); echo ${row} > "$out"`;
  const path = process.env.PATH;
  process.env.PATH = envWithProgram(scratch.path, 'strace', script).PATH;
  try {
    const calls = await callsPerOperation((operations, watch) => {
      const [program, args] = watch(['program', [String(operations)]]);
      return runProgram(program, args, signal);
    }, signal);
    expect(calls).toBe(3);
  } finally {
    process.env.PATH = path;
  }
});

it('ends what strace watches when it is interrupted', async ({ skip }) => {
  const tried = spawnSync('strace', ['-o', '/dev/null', 'true']);
  skip(tried.status !== 0, 'not runnable here: strace is not installed, or must not watch');
  const controller = new AbortController();
  const reason = new Error('enough');
  const calls = callsPerOperation(async (_operations, watch) => {
    // It would wait for as long as this process is there.
    const [program, args] = watch(['sh', ['-c', 'echo running; exec cat']]);
    const { stdout, ended } = startProgram(program, args, controller.signal);
    await once(stdout, 'data');
    controller.abort(reason);
    await ended;
  }, controller.signal);
  await expect(calls).rejects.toBe(reason);
});
