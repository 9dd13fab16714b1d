import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { LoopProbes } from '../../src/measure/loop-probes.js';

const BLOCKED_MS = 20;

function block(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}

it('a loop that has been blocked to the very end was late by as much, for all who would have come', async () => {
  const probes = new LoopProbes();
  await probes.start();
  block(BLOCKED_MS);
  await probes.stop();
  const { timer, immediate, echo } = probes.watched.distributions;
  // From outside a byte comes at its time, though this process could not send it.
  for (const distribution of [timer, echo]) {
    // The histogram has three digits.
    expect(distribution?.max).toBeGreaterThan((BLOCKED_MS - 1.5) * 1e3);
    // One for each millisecond: half of them waited for half as long, or less.
    expect(distribution?.count).toBeGreaterThanOrEqual(BLOCKED_MS - 1);
    expect(distribution?.p50).toBeLessThan(((distribution?.max ?? 0) * 2) / 3);
  }
  // It was asked for when all was over.
  expect(immediate?.count).toBeGreaterThanOrEqual(1);
});

it('setImmediate that was asked for before a stall waits for as long', async () => {
  const probes = new LoopProbes();
  await probes.start();
  const { setImmediate: ask } = globalThis;
  const asked = vi.spyOn(globalThis, 'setImmediate').mockImplementationOnce((served) => {
    const immediate = ask(served);
    block(BLOCKED_MS);
    return immediate;
  });
  await probes.stop();
  asked.mockRestore();
  const { immediate } = probes.watched.distributions;
  expect(immediate?.max).toBeGreaterThan((BLOCKED_MS - 1.5) * 1e3);
  expect(immediate?.count).toBeGreaterThanOrEqual(BLOCKED_MS - 1);
});

it('one stall among a hundred punctual timers is in their p99, for as long as it lasted', async () => {
  const probes = new LoopProbes();
  await probes.start();
  await sleep(150);
  block(BLOCKED_MS);
  await probes.stop();
  const { distributions, figures } = probes.watched;
  for (const name of ['timer', 'echo'] as const) {
    expect(distributions[name]?.p99).toBeGreaterThan((BLOCKED_MS / 2) * 1e3);
  }
  expect(figures.loopDelayP999Ms).toBeGreaterThan(BLOCKED_MS / 2);
});

it('timers that come early by what others were late are not taken for punctual ones', async () => {
  const probes = new LoopProbes();
  await probes.start();
  // Between whole milliseconds, so that timers come by turns late and early by a part of one.
  for (const until = performance.now() + 100; performance.now() < until;) {
    block(0.7);
    await nextTurn();
  }
  await probes.stop();
  const { timer } = probes.watched.distributions;
  expect(timer?.curve[0]?.[1]).toBeLessThan(0);
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
