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
  /** Before each of them, off the clock. */
  prepare(): Promise<void>;
  /** After the last one. */
  check(): void;
  /** Removes what was written. */
  close(): Promise<void>;
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
      prepare: () => writing.remove(),
      check: () => writing.check(),
      close: () => writing.remove(),
    };
  }
  return {
    first: () => readThrough(driver, work, true),
    pass: () => readThrough(driver, work, work.once),
    prepare: () => Promise.resolve(),
    check: () => undefined,
    close: () => Promise.resolve(),
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
    for (let i = 0; i < count; i++) {
      await passes.prepare();
      await passes.pass();
    }
  };
  await passes.first();
  // What is to be read cold is so once, until the page cache has been dropped again.
  if (!once) {
    const plan = { count: 1, seconds, available: Infinity, thorough: true };
    await warmUp(repeat, plan, undefined);
  }

  const probes = new LoopProbes();
  const stopwatch = new Stopwatch();
  let bytes = 0;
  let holding = held();
  while (await slices.next()) {
    await probes.start();
    const until = performance.now() + (seconds * 1e3) / slices.count;
    do {
      await passes.prepare();
      stopwatch.start();
      await passes.pass();
      stopwatch.pause();
      bytes += size;
    } while (!once && performance.now() < until);
    holding = held();
    await probes.stop();
  }
  passes.check();
  const { elapsed } = stopwatch;
  return { operations: bytes / MEBIBYTE, bytes, ...elapsed, ...holding, ...probes.watched };
}
