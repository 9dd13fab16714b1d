import { expect, it } from 'vitest';
import { lossChapter } from '../../src/report/loss-chapter.js';
import { shownTrials } from '../../src/report/shown-trials.js';
import { madeFindings, madeSamples, type Speeds } from '../made-samples.js';

function rowsOf(trial: string, inCase: string, speeds: Speeds): readonly string[] {
  const samples = madeSamples(madeFindings(trial, { [inCase]: speeds }));
  const [section] = lossChapter(shownTrials(samples)).sections;
  return section?.table.rows.map((row) => row.map(({ text }) => text).join(' | ')) ?? [];
}

it('names whoever is better than aio, the best of them with its range', () => {
  const speeds = { aio: [100, 100], 'fs-promises': [50, 50], 'fs-sync': [150, 250] };
  const both = { ...speeds, 'fs-callback': [120, 120] };
  expect(rowsOf('random-read', '4k, iodepth 1', both)).toEqual([
    'random-read | 4k, iodepth 1 | reads/s | fs-sync | 2.00 (1.50..2.50) | fs-callback 1.20',
    'random-read | 4k, iodepth 1 | CPU/read | fs-sync | 2.00 (1.50..2.50) | fs-callback 1.20',
  ]);
});

it('is empty where aio is the best in all', () => {
  expect(rowsOf('random-read', 'any', { aio: [100, 100], 'fs-sync': [50, 60] })).toEqual([]);
});

it('leaves the control out, which is no competitor', () => {
  expect(rowsOf('loop-delay', 'any', { idle: [900, 900], aio: [100, 100] })).toEqual([]);
});
