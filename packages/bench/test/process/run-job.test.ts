import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Scratch } from '../../src/files/scratch.js';

/** Jobs run in processes of their own, which need what has been built. */
const built = (path: string): string =>
  fileURLToPath(new URL(`../../dist/${path}`, import.meta.url));

const { runJob, startJob } = (await import(
  built('process/run-job.js')
)) as typeof import('../../src/process/run-job.js');

it.each([
  ['alone', {}],
  ['whose loop is watched', { watchLoop: true }],
  ['beside a pool that is kept full', { fillPool: 2 }],
])(
  'a measurement %s that fails ends with its own error, not with what closing met',
  async (_, how) => {
    using scratch = new Scratch(tmpdir());
    const driver = join(scratch.path, 'driver.mjs');
    const fail = (what: string): string => `() => { throw new Error('${what}'); }`;
    writeFileSync(
      driver,
      `export const openBlocks = () => ({ transfer: ${fail('reading')}, close: ${fail('closing')} });`,
    );
    const job = {
      measure: built('jobs/blocks/measure.js'),
      driver,
      work: { paths: [], blockSize: 4096, depth: 1, latency: false, seconds: 0.01, ...how },
    };
    await expect(runJob(job, new AbortController().signal)).rejects.toThrow('reading');
  },
);

const IDLE = {
  measure: built('jobs/blocks/measure.js'),
  driver: built('drivers/idle/blocks.js'),
  work: { paths: [], blockSize: 4096, depth: 1, latency: false, seconds: 0.03 },
};
const { signal } = new AbortController();

function driverIn(scratch: Scratch, source: string): string {
  const path = join(scratch.path, 'driver.mjs');
  writeFileSync(path, source);
  return path;
}

describe('a job in slices', () => {
  const counted = { ...IDLE, work: { ...IDLE.work, operations: 5 } };

  it.each([1, 2, 4])('gives what the %d slices that there were have measured', async (slices) => {
    const running = await startJob({ ...counted, slices: 4 }, signal);
    for (let i = 0; i < slices; i++) await running.slice();
    const { operations, seconds } = await running.end();
    expect(operations).toBe(5 * slices);
    expect(seconds).toBeGreaterThan(0);
    await running.stop();
  });

  it('ends one that prints what nobody expects', async () => {
    using scratch = new Scratch(tmpdir());
    const driver = driverIn(
      scratch,
      `export const openBlocks = () => {
        console.log('hello');
        return { transfer() {}, lastBlock: () => -1, close() {} };
      };`,
    );
    await expect(startJob({ ...counted, driver, slices: 2 }, signal)).rejects.toThrow(
      'ended before its measurement did',
    );
  });

  it('can be stopped before its end', async () => {
    const running = await startJob({ ...IDLE, slices: 2 }, signal);
    await running.slice();
    await running.stop();
    await expect(running.slice()).rejects.toThrow('SIGTERM');
    await expect(running.end()).rejects.toThrow('SIGTERM');
  });

  it('can be stopped though it handles signals in JavaScript', async () => {
    using scratch = new Scratch(tmpdir());
    const driver = driverIn(
      scratch,
      `export const openBlocks = () => {
        process.on('SIGTERM', () => process.exit(1));
        return { transfer() {}, lastBlock: () => -1, close() {} };
      };`,
    );
    const running = await startJob({ ...IDLE, driver, slices: 2 }, signal);
    await running.stop();
    await expect(running.slice()).rejects.toThrow();
  });

  it('ends with the reason for which it was interrupted', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const running = await startJob({ ...IDLE, slices: 2 }, controller.signal);
    controller.abort(reason);
    await expect(running.slice()).rejects.toBe(reason);
    await running.stop();
  });

  it('says what goes wrong in a slice', async () => {
    using scratch = new Scratch(tmpdir());
    const driver = driverIn(
      scratch,
      `let transfers = 0;
      export const openBlocks = () => ({
        // Each slice has one off the clock, and one on it.
        transfer() { if (transfers++ === 2) throw new Error('the second slice'); },
        lastBlock: () => -1,
        close() {},
      });`,
    );
    const work = { ...IDLE.work, operations: 1 };
    const running = await startJob({ ...IDLE, driver, work, slices: 2 }, signal);
    await running.slice();
    await expect(running.slice()).rejects.toThrow('the second slice');
  });

  it('says what is wrong before the first', async () => {
    const missing = { ...IDLE, driver: '/nowhere/driver.js', slices: 2 };
    await expect(startJob(missing, signal)).rejects.toThrow('/nowhere/driver.js');
  });
});
