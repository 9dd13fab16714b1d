import { describe, expect, it } from 'vitest';
import { formatFactor, formatMedianAndRange, formatNumber } from '../../src/report/format.js';

describe('formatNumber', () => {
  it.each([
    [1234567, '1,234,567'],
    [123.4, '123'],
    [12.34, '12.3'],
    [1.234, '1.23'],
    [0.1234, '0.123'],
    [-5.678, '-5.68'],
    [0, '0.000'],
  ])('writes %d as %j', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });
});

describe('a spread', () => {
  it('is written as its median and its range', () => {
    const spread = { median: 1.1712, min: 1.04, max: 1.5 };
    expect(formatMedianAndRange(spread, 2)).toBe('1.17 (1.04..1.50)');
    expect(formatFactor(spread)).toBe('1.17x');
  });

  it('is a dash where nothing was measured', () => {
    expect(formatMedianAndRange(undefined)).toBe('-');
    expect(formatFactor(undefined)).toBe('-');
  });
});
