import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { LoopProbes } from '../../src/measure/loop-probes.js';

const BLOCKED_MS = 20;

it('a loop that has been blocked to the very end was late by as much', async () => {
  const probes = new LoopProbes();
  await probes.start();
  const until = performance.now() + BLOCKED_MS;
  while (performance.now() < until);
  await probes.stop();
  const { distributions } = probes.watched;
  expect(distributions.timer?.count).toBe(1);
  expect(distributions.immediate?.count).toBe(1);
  // The timer was set before, for a millisecond later; the histogram has microseconds, of three digits.
  expect(distributions.timer?.max).toBeGreaterThan((BLOCKED_MS - 1.5) * 1e3);
});

it('counts nothing between a stop and the next start', async () => {
  const probes = new LoopProbes();
  await probes.start();
  await probes.stop();
  const before = probes.watched;
  // Timers come in the order of their times: one that had not been stopped would have come.
  await sleep(5);
  expect(probes.watched).toEqual(before);
  await probes.start();
  await probes.stop();
  expect(probes.watched.distributions.timer?.count).toBeGreaterThan(
    before.distributions.timer?.count ?? 0,
  );
});
