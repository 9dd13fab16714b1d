import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { setApart } from '../../../src/report/plots/set-apart.js';

describe('setApart', () => {
  it('leaves alone what is far enough apart', () => {
    expect(setApart([0.9, 0.1, 0.5], 0.1)).toEqual([0.9, 0.1, 0.5]);
  });

  it('keeps the distance and the order, and stays within the line where there is room', () => {
    const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
      ...{ minLength: 1, maxLength: 9 },
    });
    fc.assert(
      fc.property(places, (given) => {
        const moved = setApart(given, 0.1);
        const sorted = given
          .map((place, i) => ({ place, to: moved[i]! }))
          .sort((a, b) => a.place - b.place)
          .map(({ to }) => to);
        for (const [i, to] of sorted.entries()) {
          expect(to).toBeGreaterThanOrEqual(-1e-9);
          expect(to).toBeLessThanOrEqual(1 + 1e-9);
          if (i > 0) expect(to - sorted[i - 1]!).toBeGreaterThanOrEqual(0.1 - 1e-9);
        }
      }),
    );
  });
});
