import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Scratch } from '../../src/files/scratch.js';
import { makeReport } from '../../src/report/make-report.js';
import { cpuPer, perSecond } from '../../src/report/metric.js';
import type { Presentation } from '../../src/report/presentation.js';
import { renderReport } from '../../src/report/render-report.js';
import type { Findings } from '../../src/trials/findings.js';
import { MissingDriver } from '../../src/trials/missing-driver.js';
import type { Driver, Plan } from '../../src/trials/plan.js';
import { takeTurns } from '../../src/trials/take-turns.js';

const SAMPLE = { operations: 100, seconds: 0.01, userSeconds: 0.002, systemSeconds: 0.008 };

const PRESENTATION: Presentation = {
  speed: perSecond('reads'),
  cost: cpuPer('read'),
  metrics: [],
  versus: ['right'],
  layout: 'tables',
  targets: [],
};

const right: Driver<object> = { name: 'right', run: () => Promise.resolve(SAMPLE) };

function failing(name: string, error: Error): Driver<object> {
  return { name, run: () => Promise.reject(error) };
}

const wrong = failing('wrong', new Error('wrong bytes were read from block 3'));

const PLAN: Plan<object> = {
  title: 'reads',
  parameters: {},
  repeats: 2,
  latency: true,
  notes: [],
  setUp(scratch) {
    const path = join(scratch, 'file');
    writeFileSync(path, 'x'.repeat(4096));
    return [
      { name: 'cached', pageCache: 'locked', files: [path], work: () => ({}) },
      {
        ...{ name: 'direct', pageCache: 'any', files: [path], work: () => ({}) },
        drivers: ['right'],
      },
    ];
  },
};

async function turns(
  drivers: readonly Driver<object>[],
  signal: AbortSignal = new AbortController().signal,
): Promise<Findings> {
  using scratch = new Scratch(tmpdir());
  const run = { scratch: scratch.path, signal, progress: () => undefined };
  return await takeTurns('trial', PLAN, drivers, run);
}

describe('takeTurns', () => {
  it('reports a driver that failed, and goes on with the others', async () => {
    const findings = await turns([wrong, right]);
    expect(findings.failures).toEqual(
      [0, 1, 2].map((round) => ({
        ...{ driver: 'wrong', case: 'cached', round },
        message: 'wrong bytes were read from block 3',
      })),
    );
    expect(findings.samples.map(({ driver, case: inCase }) => `${driver} ${inCase}`)).toEqual(
      [0, 1, 2].flatMap(() => ['right cached', 'right direct']),
    );
    expect(findings.samples.map(({ purpose }) => purpose)).toEqual(
      ['speed', 'speed', 'latency'].flatMap((purpose) => [purpose, purpose]),
    );
    expect(renderReport(makeReport(findings, PRESENTATION))).toContain('wrong FAILED');
  });

  it('says how to get what is missing, once, and that is no failure', async () => {
    const advice = 'apt-get install it';
    const findings = await turns([failing('missing', new MissingDriver(advice)), right]);
    expect(findings.failures).toEqual([]);
    expect(findings.drivers).toEqual(['right']);
    const { notes, sections } = makeReport(findings, PRESENTATION);
    expect(notes.filter((note) => note === advice)).toHaveLength(1);
    expect(sections[0]?.table.rows.map(([name]) => name?.text)).toEqual(['right']);
  });

  it('lets those that can wait take turns in slices, and latencies have one piece', async () => {
    const steps: string[] = [];
    const sliced = (name: string): Driver<object> => ({
      name,
      run: () => Promise.reject(new Error('it was to be started')),
      start(_work, slices) {
        steps.push(`${name} of ${slices}`);
        return Promise.resolve({
          slice() {
            steps.push(name);
            return Promise.resolve();
          },
          end: () => Promise.resolve(SAMPLE),
          stop: () => Promise.resolve(),
        });
      },
    });
    using scratch = new Scratch(tmpdir());
    const run = {
      scratch: scratch.path,
      signal: new AbortController().signal,
      progress: () => undefined,
    };
    const plan: Plan<object> = {
      ...PLAN,
      repeats: 1,
      setUp: (path) => PLAN.setUp(path).map((it) => ({ ...it, slices: 2 })),
    };
    const { samples } = await takeTurns('trial', plan, [sliced('a'), right, sliced('b')], run);
    expect(steps).toEqual([
      ...['a of 2', 'b of 2', 'a', 'b', 'b', 'a'],
      // Every other round of an odd number goes backwards.
      ...['a of 1', 'a', 'b of 1', 'b'],
    ]);
    expect(samples.map(({ driver, purpose }) => `${driver} ${purpose}`)).toEqual([
      ...['a speed', 'b speed', 'right speed', 'right speed'],
      ...['a latency', 'b latency', 'right latency', 'right latency'],
    ]);
  });

  it('ends at once when it is interrupted', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const interrupting: Driver<object> = {
      name: 'interrupting',
      run() {
        controller.abort(reason);
        return Promise.reject(new Error('killed'));
      },
    };
    await expect(turns([interrupting], controller.signal)).rejects.toBe(reason);
  });
});
