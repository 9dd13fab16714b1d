import { expect, it } from 'vitest';
import { inPieces } from '../../src/drivers/fio/in-pieces.js';
import type { Sample } from '../../src/measure/sample.js';

const sample: Sample = {
  operations: 100,
  seconds: 0.5,
  userSeconds: 0.125,
  systemSeconds: 0.25,
  contextSwitches: 3,
  bytes: 4096,
};
const latency = { count: 1, p50: 1, p99: 1, p999: 1, max: 1, curve: [] };

/** Runs that give these, one after the other. */
async function join(samples: readonly Sample[]): Promise<Sample> {
  const pieces: number[] = [];
  const running = inPieces((piece) => {
    pieces.push(piece);
    return Promise.resolve(samples[piece]!);
  });
  for (const [i] of samples.entries()) {
    await running.slice();
    expect(pieces).toHaveLength(i + 1);
  }
  return await running.end();
}

it('joins one run for each slice, as if all had made as many operations', async () => {
  // The second is three times as fast: with as many operations it takes a third of the time.
  const joined = await join([sample, { ...sample, operations: 300 }]);
  expect(joined).toMatchObject({ operations: 400, contextSwitches: 6, bytes: 8192 });
  expect(joined.seconds).toBeCloseTo(1 + 1 / 3);
  expect(joined.userSeconds).toBeCloseTo(0.25 + 0.25 / 3);
  expect(joined.systemSeconds).toBeCloseTo(0.5 + 0.5 / 3);
});

it('gives the one that there is as it is, latencies and all', async () => {
  const { contextSwitches: _, bytes: __, ...bare } = sample;
  const only = { ...bare, distributions: { latency } };
  expect(await join([only])).toEqual(only);
});

it('does not lose latencies', async () => {
  const only = { ...sample, distributions: { latency } };
  await expect(join([only, only])).rejects.toThrow('in one piece');
});
