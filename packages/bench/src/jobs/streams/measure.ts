import { closing } from '../../measure/closing.js';
import { LoopProbes } from '../../measure/loop-probes.js';
import type { Sample } from '../../measure/sample.js';
import { oneSlice, type Slices } from '../../measure/slices.js';
import { Stopwatch, held } from '../../measure/stopwatch.js';
import { warmUp } from '../../measure/warm-up.js';
import { readThrough } from './read-through.js';
import type { StreamsDriver, StreamsWork } from './work.js';
import { WriteThrough } from './write-through.js';

const MEBIBYTE = 1024 * 1024;

interface Passes {
  /** The first one, off the clock; all bytes are checked. */
  first(): Promise<void>;
  pass(): Promise<void>;
  /** After the last one. */
  check(): void;
  /** Removes what was written. */
  close(): void;
}

function passesOf(driver: StreamsDriver, work: StreamsWork): Passes {
  if (work.write) {
    const writing = new WriteThrough(driver, work);
    return {
      async first() {
        await writing.write();
        writing.check();
      },
      pass: () => writing.write(),
      check: () => writing.check(),
      close: () => writing.remove(),
    };
  }
  return {
    // What is to be read cold cannot be read before.
    first: () => (work.once ? Promise.resolve() : readThrough(driver, work, true)),
    pass: () => readThrough(driver, work, work.once),
    check: () => undefined,
    close: () => undefined,
  };
}

/** Measures whole files, one after the other, and what the event loop feels of them. Operations are MiB. */
export async function measure(
  driver: StreamsDriver,
  work: StreamsWork,
  slices: Slices = oneSlice(),
): Promise<Sample> {
  const { size, seconds, once } = work;
  const passes = passesOf(driver, work);
  await using _closing = closing(passes);
  const repeat = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await passes.pass();
  };
  await passes.first();
  if (!once) await warmUp(repeat, { count: 1, seconds, available: Infinity }, undefined);

  const probes = new LoopProbes();
  const stopwatch = new Stopwatch();
  let bytes = 0;
  let holding = held();
  while (await slices.next()) {
    await probes.start();
    const until = performance.now() + (seconds * 1e3) / slices.count;
    stopwatch.start();
    do {
      await passes.pass();
      bytes += size;
    } while (!once && performance.now() < until);
    stopwatch.pause();
    holding = held();
    await probes.stop();
  }
  passes.check();
  const { elapsed } = stopwatch;
  return { operations: bytes / MEBIBYTE, bytes, ...elapsed, ...holding, ...probes.watched };
}
