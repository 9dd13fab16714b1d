import { describe, expect, it } from 'vitest';
import { turnsOf } from '../../src/trials/turns.js';

function names(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => String.fromCharCode(97 + i));
}

function rounds(count: number, howMany: number): readonly (readonly string[])[] {
  return Array.from({ length: howMany }, (_, round) => turnsOf(names(count), round));
}

/** Each driver with the one before it, in all rounds. */
function neighbours(orders: readonly (readonly string[])[]): readonly string[] {
  return orders.flatMap((order) => order.slice(1).map((name, i) => `${order[i]}${name}`));
}

function timesOf(all: readonly string[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const one of all) times.set(one, (times.get(one) ?? 0) + 1);
  return times;
}

it.each([
  [0, ['a', 'b', 'c']],
  [1, ['a', 'c', 'b']],
  [2, ['c', 'a', 'b']],
  [3, ['c', 'b', 'a']],
  [4, ['b', 'c', 'a']],
  [5, ['b', 'a', 'c']],
])('round %d gives everyone a turn, in another order', (round, order) => {
  expect(turnsOf(['a', 'b', 'c'], round)).toEqual(order);
});

describe.each([2, 3, 4, 5, 6, 11, 12])('of %d drivers', (count) => {
  const whole = count % 2 === 0 ? count : 2 * count;

  it('each has each place equally often', () => {
    const places = rounds(count, whole).flatMap((order) => order.map((name, i) => `${name}${i}`));
    expect(timesOf(places).size).toBe(count ** 2);
    expect(new Set(timesOf(places).values())).toEqual(new Set([whole / count]));
  });

  it('each follows each other one equally often', () => {
    const pairs = timesOf(neighbours(rounds(count, whole)));
    expect(pairs.size).toBe(count * (count - 1));
    expect(new Set(pairs.values())).toEqual(new Set([whole / count]));
  });
});

it.each([6, 11, 12])('of %d drivers each follows three others at least in five rounds', (count) => {
  const pairs = [...timesOf(neighbours(rounds(count, 5))).keys()];
  for (const name of names(count)) {
    const before = pairs.filter((pair) => pair.endsWith(name));
    expect(before.length).toBeGreaterThanOrEqual(3);
  }
});

it('has no turns for nobody', () => {
  expect(turnsOf([], 1)).toEqual([]);
});
