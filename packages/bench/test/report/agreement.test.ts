import { describe, expect, it } from 'vitest';
import { agreementChapter } from '../../src/report/agreement/agreement-chapter.js';
import type { Samples } from '../../src/samples/samples.js';
import { madeFindings, madeSamples, type Speeds } from '../made-samples.js';

const CASE = '4k, iodepth 32';

function samplesOf(speeds: Speeds): Samples {
  return madeSamples(madeFindings('random-read', { [CASE]: speeds }));
}

const HERE = samplesOf({ aio: [600, 600], 'fs-promises': [100, 100], 'fs-sync': [500, 500] });

describe('two runs', () => {
  it('agree where one machine is twice as fast, but the ratios are the same', () => {
    const there = samplesOf({
      ...{ aio: [1200, 1200], 'fs-promises': [200, 200], 'fs-sync': [1000, 1000] },
    });
    const { paragraphs, sections, notes } = agreementChapter(HERE, there);
    expect(paragraphs[0]).toMatch(/^6 of 6 ratios \(100\.0 %\) of speed and CPU are within 10 %/);
    expect(sections).toHaveLength(1);
    expect(notes).toEqual(['all that was reached in one run was reached in both']);
  });

  it('do not where a ratio is 11 % more, which is listed, with what it changes', () => {
    const there = samplesOf({
      ...{ aio: [600, 600], 'fs-promises': [150, 150], 'fs-sync': [500, 500] },
    });
    const { paragraphs, sections, notes } = agreementChapter(HERE, there);
    expect(paragraphs[0]).toMatch(/^2 of 6 ratios/);
    const rows = sections[1]?.table.rows.map((row) => row.map(({ text }) => text)) ?? [];
    expect(rows).toContainEqual([
      ...['random-read', CASE, 'reads/s of aio over that of fs-promises'],
      ...['6.00x', '4.00x', '50.0 %'],
    ]);
    expect(rows).toHaveLength(4);
    expect(notes).toEqual([
      `random-read: ${CASE}: reads/s of aio over that of fs-promises: reached (6.00) here, missed (4.00) there`,
    ]);
  });

  it('are not compared in what only one of them has, which is counted', () => {
    const { paragraphs, notes } = agreementChapter(HERE, samplesOf({ aio: [1, 1] }));
    expect(paragraphs[0]).toMatch(/^0 of 0 ratios of speed and CPU/);
    expect(notes).toContain('ratios of random-read that only one run has: 6 here, 0 there');
  });

  it('tell in what they were not alike', () => {
    const [trial] = HERE.trials;
    const there: Samples = {
      ...HERE,
      machine: { ...HERE.machine, cpu: 'Another', versions: { node: '20.19.0', revision: 'abc' } },
      trials: [
        { ...trial!, parameters: { seconds: 2 }, repeats: 7, cases: [{ name: 'cold' }] },
        madeFindings('log', {}),
      ],
    };
    expect(agreementChapter(HERE, there).notes.slice(0, -2)).toEqual([
      'the machine differs: cpu: A CPU here, Another there',
      'the machine differs: fio: fio-3.33 here, nothing there',
      'the machine differs: revision: nothing here, abc there',
      'only there: trials log',
      'random-read differs: repeats: 2 here, 7 there',
      'random-read differs: seconds: nothing here, 2 there',
      `only here: cases of random-read ${CASE}`,
      'only there: cases of random-read cold',
    ]);
  });

  it('are compared once in two drivers, not the other way round as well', () => {
    const speeds = { 'fs-promises': [1, 1], 'fio-libaio': [9, 9] };
    const { paragraphs } = agreementChapter(samplesOf(speeds), samplesOf(speeds));
    expect(paragraphs[0]).toMatch(/^2 of 2 ratios/);
  });
});
