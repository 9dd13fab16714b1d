import { describe, expect, it } from 'vitest';
import { parseCount, parseCounts } from '../../src/options/count.js';

describe('parseCount', () => {
  it.each([
    ['1', 1],
    ['100', 100],
  ])('reads %j', (text, value) => {
    expect(parseCount('--repeats', text, 100)).toBe(value);
  });

  it.each(['', '0', '101', '-1', '1.5', 'x', '1e1'])('refuses %j', (text) => {
    expect(() => parseCount('--repeats', text, 100)).toThrow(
      `--repeats wants a whole number from 1 to 100, not '${text}'`,
    );
  });
});

describe('parseCounts', () => {
  it('reads numbers between commas', () => {
    expect(parseCounts('--iodepth', '1,32,128', 1000)).toEqual([1, 32, 128]);
  });

  it.each(['1,', ',1', '1,,2', '1,x'])('refuses %j', (text) => {
    expect(() => parseCounts('--iodepth', text, 1000)).toThrow('--iodepth wants a whole number');
  });

  it.each(['32,32', '1,32, 1', '8,08'])('refuses %j, which has one twice', (text) => {
    expect(() => parseCounts('--iodepth', text, 1000)).toThrow(
      `--iodepth wants each value once, not '${text}'`,
    );
  });
});
