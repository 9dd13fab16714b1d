import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readCommandLine } from '../src/cli.js';
import { DEFAULT_OUT } from '../src/files/report-directory.js';
import { Scratch } from '../src/files/scratch.js';
import { readSamples } from '../src/samples/read-samples.js';
import { madeFindings, madeSamples } from './made-samples.js';
import { MAIN, runHere, startCli } from './run-cli.js';

describe('a run', () => {
  it('goes on after a trial that cannot be run, and says so', async () => {
    using scratch = new Scratch(tmpdir());
    using results = new Scratch(tmpdir());
    // Files of more than 8 MiB cannot be made: random-read has no room, and log has.
    const script = 'trap "" XFSZ; ulimit -f 16384; exec "$@"';
    const options = ['--runtime', '10ms', '--repeats', '1', '--drivers', 'fs-sync'];
    const args = ['random-read', 'log', ...options, '--dir', scratch.path];
    const json = join(results.path, 'samples.json');
    const failed: unknown = await promisify(execFile)('sh', [
      ...['-c', script, 'sh', process.execPath, MAIN],
      ...[...args, '--json', json],
    ]).catch((error: unknown) => error);
    expect(failed).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^(WARNING: .*\n)?FAILED: random-read: EFBIG: file too large, write\n$/,
      ) as string,
      stdout: expect.stringContaining('log: appending 512 bytes') as string,
    });
    const { trials, broken } = readSamples(json);
    expect(trials.map(({ trial }) => trial)).toEqual(['log']);
    expect(broken).toEqual([{ trial: 'random-read', message: 'EFBIG: file too large, write' }]);
    expect(readdirSync(scratch.path)).toEqual([]);
  });

  it('leaves its report though its samples cannot be written elsewhere, and says so', async () => {
    using results = new Scratch(tmpdir());
    const { code, stdout, stderr } = await runHere([
      ...['random-read', '--size', '1m', '--runtime', '10ms', '--repeats', '1'],
      ...['--drivers', 'fs-sync', '--json', '/dev/full', '--out', results.path],
    ]);
    expect(stderr).toBe('FAILED: /dev/full: ENOSPC: no space left on device, write\n');
    expect(code).toBe(1);
    expect(readdirSync(results.path)).toContain('report.html');
    expect(readSamples(join(results.path, 'samples.json')).trials).toHaveLength(1);
    expect(stdout.endsWith(`\nthe report is in ${results.path}\n`)).toBe(true);
  });

  it('leaves the page beside one that cannot be written, and does not say that the report is there', async () => {
    using results = new Scratch(tmpdir());
    // Where the plots of the one belong is a file.
    writeFileSync(join(results.path, 'report'), '');
    const { code, stdout, stderr } = await runHere([
      ...['random-read', '--size', '1m', '--runtime', '10ms', '--repeats', '1'],
      ...['--drivers', 'fs-sync', '--out', results.path],
    ]);
    expect(stderr).toMatch(/^FAILED: .*\/report\.md: EEXIST: .*\n$/);
    expect(code).toBe(1);
    expect(readdirSync(results.path).sort()).toEqual(['report', 'report.html', 'samples.json']);
    expect(stdout).not.toContain('the report is in');
  });

  it('is refused where a file of its report could not be written', async () => {
    using results = new Scratch(tmpdir());
    const path = join(results.path, 'report.html');
    mkdirSync(path);
    expect(await runHere(['random-read', '--out', results.path])).toEqual({
      ...{ code: 2, stdout: '' },
      stderr: `bench: --out wants a file that can be written to, not '${path}' (EISDIR)\n`,
    });
  });
});

describe('a run of several trials', () => {
  it('has saved what ended when it is interrupted, and leaves the report before it as it was', async () => {
    using scratch = new Scratch(tmpdir());
    using results = new Scratch(tmpdir());
    const at = (name: string): string => join(results.path, name);
    writeFileSync(at('samples.json'), 'of an earlier run');
    // The second trial would go on for more than a quarter of an hour.
    const run = startCli([
      ...['random-read', 'evaluation', '--drivers', 'fs-sync', '--repeats', '1'],
      ...['--runtime', '10ms', '--size', '1m', '--rounds', '1000000'],
      ...['--dir', scratch.path, '--out', results.path],
    ]);
    // Before, it is there for a moment, empty: it was tried whether it can be written.
    const isSaved = (): boolean =>
      (statSync(at('samples.unfinished.json'), { throwIfNoEntry: false })?.size ?? 0) > 0;
    while (!isSaved()) await nextTurn();
    run.kill('SIGTERM');
    expect((await run.outcome).stderr).toBe('bench: interrupted by SIGTERM\n');
    expect(readSamples(at('samples.unfinished.json')).trials).toHaveLength(1);
    expect(readFileSync(at('samples.json'), 'utf8')).toBe('of an earlier run');
    expect(readdirSync(results.path).sort()).toEqual(['samples.json', 'samples.unfinished.json']);
  });
});

describe('bench report', () => {
  const findings = madeFindings('random-read', {
    '4k, iodepth 32': { aio: [600, 600], 'fs-promises': [100, 100] },
  });

  it('leaves the page before it as it was where there is no room for another', async () => {
    using scratch = new Scratch(tmpdir());
    const at = (name: string): string => join(scratch.path, name);
    writeFileSync(at('samples.json'), JSON.stringify(madeSamples(findings)));
    writeFileSync(at('page.html'), 'of an earlier run');
    // 512 bytes or 1 KiB, by what the shell counts in.
    const script = 'trap "" XFSZ; ulimit -f 1; exec "$@"';
    const args = ['report', at('samples.json'), '--html', at('page.html')];
    const failed: unknown = await promisify(execFile)('sh', [
      ...['-c', script, 'sh', process.execPath, MAIN, ...args],
    ]).catch((error: unknown) => error);
    expect(failed).toMatchObject({ stderr: expect.stringContaining('EFBIG') as string });
    expect(readFileSync(at('page.html'), 'utf8')).toBe('of an earlier run');
    expect(readdirSync(scratch.path).sort()).toEqual(['page.html', 'samples.json']);
  });

  it('says which trials and which drivers failed, and why', async () => {
    using scratch = new Scratch(tmpdir());
    const path = join(scratch.path, 'samples.json');
    const failure = { driver: 'aio', case: '4k, iodepth 32', round: 1, message: 'wrong bytes' };
    const samples = madeSamples({ ...findings, failures: [failure] });
    const broken = [{ trial: 'log', message: 'EFBIG: file too large, write' }];
    writeFileSync(path, JSON.stringify({ ...samples, broken }));
    expect(await runHere(['report', path])).toMatchObject({
      code: 0,
      stderr: [
        'FAILED: random-read, 4k, iodepth 32, aio: wrong bytes\n',
        'FAILED: log: EFBIG: file too large, write\n',
      ].join(''),
    });
  });

  it('makes pages and the headline, and prints how far a second file agrees', async () => {
    using scratch = new Scratch(tmpdir());
    const at = (name: string): string => join(scratch.path, name);
    writeFileSync(at('samples.json'), JSON.stringify(madeSamples(findings)));
    const { code, stdout, stderr } = await runHere([
      ...['report', at('samples.json'), at('samples.json'), '--html', at('page.html')],
      ...['--markdown', at('RESULTS.md'), '--headline', at('headline.svg')],
    ]);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('2 of 2 ratios (100.0 %)');
    expect(stdout).toContain('over those of `fs.promises`: **6.00 (6.00..6.00) times**');
    expect(readdirSync(scratch.path).sort()).toEqual([
      ...['RESULTS.md', 'headline.svg', 'page.html', 'results', 'samples.json'],
    ]);
  });

  it('prints the tables where no file is asked for', async () => {
    using scratch = new Scratch(tmpdir());
    const path = join(scratch.path, 'samples.json');
    writeFileSync(path, JSON.stringify(madeSamples(findings)));
    const { code, stdout } = await runHere(['report', path]);
    expect(code).toBe(0);
    expect(stdout).toContain('2 x A CPU, 16 GiB; Linux 6.6.0; Node v20.19.0');
    expect(stdout).toContain('aio: 6.00x the reads/s of fs-promises');
  });

  it('refuses samples of a trial that it does not know', async () => {
    using scratch = new Scratch(tmpdir());
    const path = join(scratch.path, 'samples.json');
    writeFileSync(path, JSON.stringify(madeSamples({ ...findings, trial: 'sorcery' })));
    expect(await runHere(['report', path])).toEqual({
      ...{ code: 2, stdout: '' },
      stderr:
        "bench: the samples have a trial 'sorcery', which this bench does not know: read them with the bench that wrote them\n",
    });
  });
});

describe('the whole run', () => {
  it('is every trial, thoroughly, and its report is in the build directory unless --out says else', () => {
    expect(readCommandLine(['--full'])).toMatchObject({
      ...{ kind: 'run', effort: 'full', out: DEFAULT_OUT },
      trials: expect.arrayContaining(['evaluation', 'scale-files']) as string[],
    });
    expect(readCommandLine(['--full', '--out', 'here'])).toMatchObject({ out: 'here' });
  });

  it('is what report reads unless files are named', () => {
    expect(readCommandLine(['report'])).toEqual({
      kind: 'report',
      samples: [join(DEFAULT_OUT, 'samples.json')],
    });
  });

  it('leaves no report where only some trials run', () => {
    expect(readCommandLine(['random-read', '--full'])).toMatchObject({ out: undefined });
  });
});
