import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { Scratch } from '../../src/files/scratch.js';
import { renderReport } from '../../src/report/render-report.js';
import { runEvaluation } from '../../src/trials/evaluation/evaluation.js';
import type { EvaluationDriverEntry } from '../../src/trials/evaluation/drivers.js';
import { MissingDriver } from '../../src/trials/missing-driver.js';
import { runRandomRead } from '../../src/trials/random-read/random-read.js';
import type { RandomReadDriverEntry } from '../../src/trials/random-read/drivers.js';
import type { RandomReadSettings } from '../../src/trials/random-read/settings.js';
import type { TrialResult, TrialRun } from '../../src/trials/trial.js';

const SETTINGS: RandomReadSettings = {
  blockSize: 4096,
  depths: [2],
  batch: 2,
  size: 64 * 1024,
  direct: false,
  seconds: 0.01,
  repeats: 2,
};
const SAMPLE = { reads: 100, seconds: 0.01, userSeconds: 0.002, systemSeconds: 0.008 };

function wrongBytes(): Promise<never> {
  return Promise.reject(new Error('wrong bytes were read from block 3'));
}

async function runWith(
  trial: (run: TrialRun) => Promise<TrialResult>,
  signal: AbortSignal = new AbortController().signal,
): Promise<TrialResult> {
  using scratch = new Scratch(tmpdir());
  return await trial({ scratch: scratch.path, signal, progress: () => undefined });
}

describe('random-read', () => {
  const right: RandomReadDriverEntry = { name: 'right', run: () => Promise.resolve(SAMPLE) };

  it('reports a driver that failed, and goes on with the others', async () => {
    const drivers = [{ name: 'wrong', run: wrongBytes }, right];
    const { failures, samples, report } = await runWith((run) =>
      runRandomRead(drivers, SETTINGS, run),
    );
    expect(failures).toEqual(
      [0, 1, 2].map((round) => ({
        driver: 'wrong',
        round,
        message: 'wrong bytes were read from block 3',
      })),
    );
    expect(samples).toHaveLength(3);
    expect(renderReport(report)).toContain('wrong FAILED');
  });

  it('says how to get what is missing, once, and that is no failure', async () => {
    const advice = 'apt-get install it';
    const missing: RandomReadDriverEntry = {
      name: 'missing',
      run: () => Promise.reject(new MissingDriver(advice)),
    };
    const { failures, report } = await runWith((run) =>
      runRandomRead([missing, right], SETTINGS, run),
    );
    expect(failures).toEqual([]);
    expect(report.notes.filter((note) => note === advice)).toHaveLength(1);
    expect(report.sections[0]?.table.rows.map(([driver]) => driver)).toEqual(['right']);
  });

  it('ends at once when it is interrupted', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const interrupting: RandomReadDriverEntry = {
      name: 'interrupting',
      run: () => {
        controller.abort(reason);
        return wrongBytes();
      },
    };
    await expect(
      runWith((run) => runRandomRead([interrupting], SETTINGS, run), controller.signal),
    ).rejects.toBe(reason);
  });
});

describe('evaluation', () => {
  const control: EvaluationDriverEntry = {
    name: 'idle',
    run: () =>
      Promise.resolve({
        ...SAMPLE,
        readingMicroseconds: 0,
        threads: 7,
        physicalBytes: 1024 ** 2,
        virtualBytes: 1024 ** 3,
      }),
  };

  it('reports a driver that failed, for each number of files', async () => {
    const settings = { fileCounts: [1, 6], intervalMs: 1, rounds: 1, repeats: 1 };
    const { failures, samples, report } = await runWith((run) =>
      runEvaluation([{ name: 'wrong', run: wrongBytes }], settings, run, control),
    );
    expect(failures).toHaveLength(2);
    expect(samples).toHaveLength(2);
    expect(renderReport(report)).toContain('wrong FAILED');
  });
});
