import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../src/options/duration.js';

describe('parseDuration', () => {
  it.each([
    ['2', 2],
    ['2s', 2],
    ['0.5', 0.5],
    ['500ms', 0.5],
    ['1m', 60],
  ])('reads %j as %d seconds', (text, seconds) => {
    expect(parseDuration('--runtime', text)).toBe(seconds);
  });

  it.each(['', '0', '-1', 'ms', '2h', '0.1ms'])('refuses %j', (text) => {
    expect(() => parseDuration('--runtime', text)).toThrow(
      `--runtime wants a duration such as 500ms, 2s or 2, not '${text}'`,
    );
  });
});
