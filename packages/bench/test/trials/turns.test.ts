import { expect, it } from 'vitest';
import { turnsOf } from '../../src/trials/turns.js';

it.each([
  [0, ['a', 'b', 'c']],
  [1, ['b', 'c', 'a']],
  [2, ['c', 'a', 'b']],
  [3, ['a', 'b', 'c']],
])('round %d gives everyone a turn, another one first', (round, order) => {
  expect(turnsOf(['a', 'b', 'c'], round)).toEqual(order);
});

it('has no turns for nobody', () => {
  expect(turnsOf([], 1)).toEqual([]);
});
