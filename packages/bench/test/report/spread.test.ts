import { describe, expect, it } from 'vitest';
import { ratioOf, spreadOf } from '../../src/report/spread.js';

describe('spreadOf', () => {
  it.each([
    [[3], { median: 3, min: 3, max: 3 }],
    [[3, 1, 2], { median: 2, min: 1, max: 3 }],
    [[4, 1, 3, 2], { median: 2.5, min: 1, max: 4 }],
  ])('of %j is %j', (values, spread) => {
    expect(spreadOf(values)).toEqual(spread);
  });

  it('of nothing is nothing', () => {
    expect(spreadOf([])).toBeUndefined();
  });
});

describe('ratioOf', () => {
  it('compares what was measured in the same round', () => {
    const ours = new Map([
      [0, 10],
      [1, 200],
      [2, 30],
    ]);
    const theirs = new Map([
      [0, 5],
      [1, 100],
      [2, 10],
    ]);
    expect(ratioOf(ours, theirs)).toEqual({ median: 2, min: 2, max: 3 });
  });

  it('leaves out rounds that one of them does not have', () => {
    const ours = new Map([
      [0, 10],
      [1, 20],
    ]);
    expect(ratioOf(ours, new Map([[1, 10]]))).toEqual({ median: 2, min: 2, max: 2 });
    expect(ratioOf(ours, new Map())).toBeUndefined();
  });
});
