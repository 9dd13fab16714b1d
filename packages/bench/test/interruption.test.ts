import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Scratch } from '../src/files/scratch.js';
import { envWithProgram } from './fake-program.js';
import { startCli } from './run-cli.js';

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}

interface Child {
  readonly pid: number;
  readonly command: string;
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return 'gone';
  }
}

function childrenOf(pid: number): readonly Child[] {
  const pids = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return pids.map((it) => ({ pid: Number(it), command: commandOf(it) }));
}

async function untilChildrenOf(
  pid: number,
  commands: readonly string[],
): Promise<readonly Child[]> {
  let children: readonly Child[] = [];
  await until(() => {
    children = childrenOf(pid);
    return commands.every((it) => children.some(({ command }) => command.includes(it)));
  });
  return children;
}

function expectGone(children: readonly Child[]): void {
  for (const { pid } of children) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
}

const FIO = 'sleep 59m';
const VMTOUCH = 'sleep 58m';
const OURS = 'child.js';

/** In place of the real ones, so that it makes no difference whether they are installed. */
function envIn(directory: string): NodeJS.ProcessEnv {
  envWithProgram(directory, 'vmtouch', `exec ${VMTOUCH}`);
  return envWithProgram(directory, 'fio', `[ "$1" = --version ] || exec ${FIO}`);
}

const LONG_EVALUATION = ['evaluation', '--rounds', '1000000'];
const LONG_READ = ['random-read', '--size', '1m', '--runtime', '1m'];

it.each([
  ['SIGINT', 'its files have just been made', LONG_EVALUATION, []],
  ['SIGTERM', 'its files have just been made', LONG_EVALUATION, []],
  ['SIGHUP', 'a driver of ours runs', LONG_EVALUATION, [VMTOUCH, OURS]],
  [
    ...['SIGTERM', 'a driver of ours runs', [...LONG_EVALUATION, '--drivers', 'aio-bind']],
    [VMTOUCH, OURS],
  ],
  [
    ...['SIGINT', 'a driver of ours is busy', [...LONG_READ, '--drivers', 'fs-sync']],
    [VMTOUCH, OURS],
  ],
  [
    ...['SIGTERM', 'another program runs', [...LONG_READ, '--drivers', 'fio-libaio']],
    [VMTOUCH, FIO],
  ],
  ['SIGTERM', 'the whole report is made', ['--full', '--rounds', '1000000'], [VMTOUCH, OURS]],
] as [NodeJS.Signals, string, string[], string[]][])(
  '%s while %s ends the bench, its children and its files',
  async (signal, _moment, args, commands) => {
    using scratch = new Scratch(tmpdir());
    using programs = new Scratch(tmpdir());
    using results = new Scratch(tmpdir());
    const options = ['--dir', scratch.path, '--out', results.path];
    const run = startCli([...args, ...options], envIn(programs.path));
    await until(() => readdirSync(scratch.path).length > 0);
    const children = await untilChildrenOf(run.pid, commands);

    run.kill(signal);
    const { code, stderr } = await run.outcome;
    expect(stderr).toBe(`bench: interrupted by ${signal}\n`);
    expect(code).toBe(128 + constants.signals[signal]);
    expect(readdirSync(scratch.path)).toEqual([]);
    expect(readdirSync(results.path)).toEqual([]);
    expectGone(children);
  },
);

it('SIGKILL ends the children as well, and with them what they hold in memory', async ({
  skip,
}) => {
  const setpriv = spawnSync('setpriv', ['--pdeathsig', 'TERM', 'true']);
  skip(setpriv.status !== 0, 'not runnable here: setpriv is not installed');
  using scratch = new Scratch(tmpdir());
  using programs = new Scratch(tmpdir());
  const args = [...LONG_READ, '--drivers', 'fs-sync', '--dir', scratch.path];
  const run = startCli(args, envIn(programs.path));
  const children = await untilChildrenOf(run.pid, [VMTOUCH, OURS]);
  run.kill('SIGKILL');
  await run.outcome;
  const [vmtouch] = children.filter(({ command }) => command.includes(VMTOUCH));
  await until(() => commandOf(String(vmtouch?.pid)) === 'gone');
});

it('Ctrl-C, which the children hear as well, ends all of them, and the files', async () => {
  using scratch = new Scratch(tmpdir());
  using programs = new Scratch(tmpdir());
  const args = [...LONG_READ, '--drivers', 'fs-sync', '--dir', scratch.path];
  const run = startCli(args, envIn(programs.path), true);
  const children = await untilChildrenOf(run.pid, [VMTOUCH, OURS]);
  process.kill(-run.pid, 'SIGINT');
  const { code, stderr } = await run.outcome;
  expect(stderr).toBe('bench: interrupted by SIGINT\n');
  expect(code).toBe(128 + constants.signals.SIGINT);
  expect(readdirSync(scratch.path)).toEqual([]);
  expectGone(children);
});

it('a second signal, while the children end, does not keep the files from being removed', async () => {
  using scratch = new Scratch(tmpdir());
  using programs = new Scratch(tmpdir());
  const [ready, ending] = ['ready', 'ending'].map((it) => join(programs.path, it)) as [
    string,
    string,
  ];
  const env = envWithProgram(
    programs.path,
    'fio',
    [
      '[ "$1" = --version ] && exit',
      `trap 'touch ${ending}; while [ -e ${ending} ]; do sleep 0.01; done; kill $!; exit 1' TERM`,
      `${FIO} & touch ${ready}; wait`,
    ].join('\n'),
  );
  const args = [...LONG_READ, '--drivers', 'fio-libaio', '--dir', scratch.path];
  const run = startCli(args, env);
  await until(() => existsSync(ready));
  run.kill('SIGINT');
  await until(() => existsSync(ending));
  run.kill('SIGINT');
  rmSync(ending);
  const { code, stderr } = await run.outcome;
  expect(stderr).toBe('bench: interrupted by SIGINT\n');
  expect(code).toBe(128 + constants.signals.SIGINT);
  expect(readdirSync(scratch.path)).toEqual([]);
});

it('ends when nobody reads what it prints', async () => {
  using scratch = new Scratch(tmpdir());
  const run = startCli([...LONG_EVALUATION, '--dir', scratch.path]);
  run.closeOutput();
  const { code, stderr } = await run.outcome;
  expect(stderr).toBe('bench: interrupted by SIGPIPE\n');
  expect(code).toBe(128 + constants.signals.SIGPIPE);
  expect(readdirSync(scratch.path)).toEqual([]);
});
