import { expect, it } from 'vitest';
import { LoopProbes } from '../../src/measure/loop-probes.js';

const BLOCKED_MS = 20;

it('a loop that has been blocked to the very end was late by as much', async () => {
  const probes = new LoopProbes();
  await probes.start();
  const until = performance.now() + BLOCKED_MS;
  while (performance.now() < until);
  const { distributions } = await probes.stop();
  expect(distributions.timer?.count).toBe(1);
  expect(distributions.immediate?.count).toBe(1);
  // The timer was set before, for a millisecond later; the histogram has three digits.
  expect(distributions.timer?.max).toBeGreaterThan(BLOCKED_MS - 1.5);
});
