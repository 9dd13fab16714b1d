// Reads without end take no more memory than reads at all.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Operation } from '../src/engine/operation.js';
import { collectGarbage } from './support/collect-garbage.js';
import { OwnEngine } from './support/own-engine.js';
import { writeNumbered } from './support/page-cache.js';
import { rounds } from './support/rounds.js';
import { TempFolder } from './support/temp-folder.js';

const READS = rounds(1_000_000, 100_000);
const LANES = 50;
const MIB = 1 << 20;

let folder: TempFolder;
beforeAll(() => {
  folder = new TempFolder();
  writeNumbered(folder.file('file'), MIB);
});
afterAll(() => folder[Symbol.dispose]());

async function memory(): Promise<{ heap: number; outside: number; rss: number }> {
  await collectGarbage();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed, outside: external, rss };
}

/** The same work as often as it takes, `LANES` at a time. */
async function repeat(times: number, work: (lane: number) => Promise<unknown>): Promise<void> {
  const lanes = Array.from({ length: LANES }, async (_, lane) => {
    for (let i = lane; i < times; i += LANES) await work(lane);
  });
  await Promise.all(lanes);
}

/**
 * What is taken once and for all, such as code that V8 has compiled or a thread's stack, shows in one of two of
 * these; a leak shows in both.
 */
async function growth(
  times: number,
  work: (lane: number) => Promise<unknown>,
): Promise<{ heap: number; outside: number; rss: number }> {
  await repeat(times / 10, work);
  const before = await memory();
  await repeat(times, work);
  const after = await memory();
  return {
    heap: after.heap - before.heap,
    outside: after.outside - before.outside,
    rss: after.rss - before.rss,
  };
}

test(
  `${READS.toLocaleString('en')} reads leave the heap and the resident set where they were`,
  { timeout: 300_000 },
  async () => {
    using own = new OwnEngine();
    const handle = await own.open(folder.file('file'), 'r');
    const buffers = Array.from({ length: LANES }, () => Buffer.alloc(512));
    const read = (lane: number): Promise<unknown> =>
      handle.read(buffers[lane] as Buffer, 0, 512, lane * 512);
    const first = await growth(READS, read);
    const second = await growth(READS, read);
    expect(own.engine.stats().completed).toBe(2 * (READS + READS / 10));
    expect(Math.min(first.heap, second.heap)).toBeLessThan(MIB);
    expect(Math.min(first.outside, second.outside)).toBeLessThan(MIB);
    expect(Math.min(first.rss, second.rss)).toBeLessThan(4 * MIB);
    await handle.close();
  },
);

test.for([
  ['reads where the descriptor is', rounds(100_000, 25_000)],
  ['reads with a signal', rounds(50_000, 25_000)],
  ['reads with a timeout', 20_000],
  ['reads with a signal and a timeout', 20_000],
  ['reads into several buffers', rounds(50_000, 25_000)],
  ['appends', rounds(50_000, 25_000)],
] as const)('%s leave the heap where it was', { timeout: 300_000 }, async ([kind, times]) => {
  using own = new OwnEngine();
  const handle = await own.open(folder.file('file'), 'r+');
  const buffers = Array.from({ length: LANES }, () => Buffer.alloc(64));
  const { signal } = new AbortController();
  const works: Record<typeof kind, (buffer: Buffer) => Promise<unknown>> = {
    'reads where the descriptor is': (buffer) => handle.read(buffer),
    'reads with a signal': (buffer) => handle.read(buffer, { position: 0, signal } as object),
    'reads with a timeout': (buffer) =>
      handle.read(buffer, { position: 0, timeout: 60_000 } as object),
    'reads with a signal and a timeout': (buffer) =>
      handle.read(buffer, { position: 0, signal, timeout: 60_000 } as object),
    'reads into several buffers': (buffer) => handle.readv([buffer, buffer], 0),
    appends: (buffer) => handle.write(buffer, 0, 64, 0),
  };
  const work = (lane: number): Promise<unknown> => works[kind](buffers[lane] as Buffer);
  const [first, second] = [await growth(times, work), await growth(times, work)];
  expect(Math.min(first.heap, second.heap)).toBeLessThan(MIB);
  await handle.close();
});

test('an engine makes no more operations than there are at once', async () => {
  using own = new OwnEngine();
  const seen = new Set<Operation>();
  const create = own.engine.create.bind(own.engine);
  own.engine.create = () => {
    const operation = create();
    seen.add(operation);
    return operation;
  };
  const handle = await own.open(folder.file('file'), 'r');
  const buffer = Buffer.alloc(8);
  await repeat(rounds(50_000, 10_000), (lane) => handle.readv([buffer], lane));
  expect(seen.size).toBe(LANES);
  await handle.close();
});
