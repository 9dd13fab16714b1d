import { describe, expect, it } from 'vitest';
import { Lookup } from '../../src/report/lookup.js';
import { perSecond } from '../../src/report/metric.js';
import type { Presentation } from '../../src/report/presentation.js';
import { targetSection } from '../../src/report/target-section.js';
import { flat, share, value, versus, type Target } from '../../src/report/target.js';
import type { Findings } from '../../src/trials/findings.js';
import { madeFindings } from '../made-samples.js';

const speed = perSecond('reads');
const compared = { case: 'cached', driver: 'aio', metric: speed };

/** What is said of each target: the figure, and whether it is reached. */
function said(findings: Findings, ...targets: readonly Target[]): readonly (readonly string[])[] {
  const presentation: Presentation = {
    ...{ speed, metrics: [], versus: [], layout: 'tables', controls: ['idle'], targets },
  };
  const sections = targetSection(new Lookup(findings), presentation);
  return sections.flatMap(({ table }) =>
    table.rows.map(([, , measured, reached]) => [measured?.text ?? '', reached?.text ?? '']),
  );
}

/** Without what a driver had in these rounds. */
function without(findings: Findings, driver: string, ...rounds: readonly number[]): Findings {
  const samples = findings.samples.filter(
    (it) => it.driver !== driver || !rounds.includes(it.round),
  );
  return { ...findings, samples };
}

describe('a figure beyond that of a control', () => {
  const findings = madeFindings('cold-read', {
    cached: { aio: [9000, 9000, 9000, 1000, 1000], idle: [0, 0, 0, 0, 0] },
  });
  const target = value({ ...compared, beyond: 'idle' }, { atMost: 2 }, ' thousand');

  it.each([0, 1, 2])('is missed all the same where the control lacks round %d', (round) => {
    const [[, reached] = []] = said(without(findings, 'idle', round, 3), target);
    expect(reached).toBe('NO');
  });

  it('is listed where the control was not there at all', () => {
    const { drivers, ...rest } = without(findings, 'idle', 0, 1, 2, 3, 4);
    const found = { ...rest, drivers: drivers.filter((driver) => driver !== 'idle') };
    expect(said(found, target)).toEqual([['-', 'not measured']]);
  });
});

describe('a target', () => {
  const findings = madeFindings('random-read', {
    cached: { aio: [4, 4], 'fs-promises': [1, 1] },
    full: { aio: [4, 4], 'fs-promises': [1, 1] },
  });

  it.each([
    versus({ ...compared, other: 'fs-promises' }, { atLeast: 1 }),
    value(compared, { atMost: 1 }, ''),
    share({ ...compared, of: 'full' }, { atLeast: 1 }),
  ])('of a driver that failed is listed: $claim', (target) => {
    expect(said(without(findings, 'aio', 0, 1), target)).toEqual([['-', 'not measured']]);
  });

  it.each([
    ['a driver that was not asked for', versus({ ...compared, other: 'fio' }, { atLeast: 1 })],
    ['a case that there is not', value({ ...compared, case: 'other' }, { atMost: 1 }, '')],
    ['a curve where there is none', flat(compared, { atMost: 1.3 })],
  ])('of %s is left out', (_what, target) => {
    expect(said(findings, target)).toEqual([]);
  });
});

it('the greatest over the least is taken in each round, and has a range', () => {
  // The medians of both cases are alike, and in no round are they.
  const curve = madeFindings('scale-depth', {
    8: { aio: [100, 200, 300] },
    32: { aio: [200, 300, 200] },
  });
  expect(said(curve, flat(compared, { atMost: 1.3 }))).toEqual([['1.50 (1.50..2.00)', 'NO']]);
  const incomplete = { ...curve, samples: curve.samples.slice(0, -1) };
  expect(said(incomplete, flat(compared, { atMost: 1.3 }))).toEqual([['1.75 (1.50..2.00)', 'NO']]);
});
