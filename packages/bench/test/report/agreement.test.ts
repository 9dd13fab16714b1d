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

  it('are not compared in what only one of them has', () => {
    const { paragraphs } = agreementChapter(HERE, samplesOf({ aio: [1, 1] }));
    expect(paragraphs[0]).toMatch(/^0 of 0 ratios of speed and CPU/);
  });
});
