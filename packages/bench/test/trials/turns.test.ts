import { expect, it } from 'vitest';
import { turnsOf } from '../../src/trials/turns.js';

it.each([
  [0, ['a', 'b', 'c']],
  [1, ['c', 'b', 'a']],
  [2, ['b', 'c', 'a']],
  [3, ['a', 'c', 'b']],
  [4, ['c', 'a', 'b']],
  [5, ['b', 'a', 'c']],
])('round %d gives everyone a turn, in another order', (round, order) => {
  expect(turnsOf(['a', 'b', 'c'], round)).toEqual(order);
});

it('has no turns for nobody', () => {
  expect(turnsOf([], 1)).toEqual([]);
});
