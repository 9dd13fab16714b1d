import { readFileSync, readdirSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Scratch } from '../src/files/scratch.js';
import { envWithProgram } from './fake-program.js';
import { startCli } from './run-cli.js';

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(1);
}

function childrenOf(pid: number): readonly string[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
}

const LONG_EVALUATION = ['evaluation', '--rounds', '1000000'];
const LONG_READ = ['random-read', '--size', '1m', '--runtime', '1m'];

it.each([
  ['SIGINT', 'its files have just been made', LONG_EVALUATION, false],
  ['SIGTERM', 'its files have just been made', LONG_EVALUATION, false],
  ['SIGHUP', 'a driver of ours runs', LONG_EVALUATION, true],
  ['SIGTERM', 'a driver of ours runs', [...LONG_EVALUATION, '--drivers', 'aio-bind'], true],
  ['SIGINT', 'a driver of ours is busy', [...LONG_READ, '--drivers', 'fs-sync'], true],
  ['SIGTERM', 'another program runs', [...LONG_READ, '--drivers', 'fio-libaio'], true],
] as const)(
  '%s while %s ends the bench, its children and its files',
  async (signal, _moment, args, wantsChild) => {
    using scratch = new Scratch(tmpdir());
    using programs = new Scratch(tmpdir());
    const env = envWithProgram(programs.path, 'fio', 'exec sleep 1m');
    const run = startCli([...args, '--dir', scratch.path], env);
    await until(() => readdirSync(scratch.path).length > 0);
    let children: readonly string[] = [];
    if (wantsChild) await until(() => (children = childrenOf(run.pid)).length > 0);

    run.kill(signal);
    const { code, stderr } = await run.outcome;
    expect(stderr).toBe(`bench: interrupted by ${signal}\n`);
    expect(code).toBe(128 + constants.signals[signal]);
    expect(readdirSync(scratch.path)).toEqual([]);
    for (const pid of children) expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH');
  },
);

it('ends when nobody reads what it prints', async () => {
  using scratch = new Scratch(tmpdir());
  const run = startCli([...LONG_EVALUATION, '--dir', scratch.path]);
  run.closeOutput();
  const { code, stderr } = await run.outcome;
  expect(stderr).toBe('bench: interrupted by SIGPIPE\n');
  expect(code).toBe(128 + constants.signals.SIGPIPE);
  expect(readdirSync(scratch.path)).toEqual([]);
});
