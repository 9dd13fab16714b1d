import { describe, expect, test } from 'vitest';
import { RarerTries } from '../src/whole/rarer-tries.js';

describe('RarerTries', () => {
  /** How many are skipped before the next is tried. */
  function skipped(tries: RarerTries): number {
    for (let count = 0; ; count++) if (tries.isDue()) return count;
  }

  test('always, as long as all goes well', () => {
    const tries = new RarerTries();
    for (let i = 0; i < 100; i++) {
      expect(tries.isDue()).toBe(true);
      tries.succeeded();
    }
  });

  test('the rarer the more fail, until one does not', () => {
    const tries = new RarerTries();
    const counts: number[] = [];
    for (let i = 0; i < 9; i++) {
      tries.failed();
      counts.push(skipped(tries));
    }
    expect(counts).toEqual([1, 2, 4, 8, 16, 32, 64, 64, 64]);
    tries.succeeded();
    expect(skipped(tries)).toBe(0);
    tries.failed();
    expect(skipped(tries)).toBe(1);
  });
});
