import { closing } from '../../measure/closing.js';
import { LoopProbes } from '../../measure/loop-probes.js';
import type { Sample } from '../../measure/sample.js';
import { oneSlice, type Slices } from '../../measure/slices.js';
import { Stopwatch, held } from '../../measure/stopwatch.js';
import { warmUp } from '../../measure/warm-up.js';
import { ReadThrough } from './read-through.js';
import type { StreamsDriver, StreamsWork } from './work.js';
import { WriteThrough } from './write-through.js';

const MEBIBYTE = 1024 * 1024;

interface Passes {
  /** The first one, off the clock; all bytes are checked. */
  first(): Promise<void>;
  pass(): Promise<void>;
  /** Before each of them, off the clock. */
  prepare(): void;
  /** After each of them, off the clock. */
  check(): void;
  /** After the last one. */
  end(): void;
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
      prepare: () => writing.remove(),
      check: () => undefined,
      end: () => writing.check(),
      close: () => writing.remove(),
    };
  }
  const reading = new ReadThrough(driver, work);
  return {
    first: () => reading.read(true),
    pass: () => reading.read(false),
    prepare: () => undefined,
    check: () => reading.check(),
    end: () => undefined,
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
    for (let i = 0; i < count; i++) {
      passes.prepare();
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
    const until = performance.now() + (seconds * 1e3) / slices.count;
    do {
      passes.prepare();
      await probes.start();
      stopwatch.start();
      await passes.pass();
      stopwatch.pause();
      holding = held();
      await probes.stop();
      passes.check();
      bytes += size;
    } while (!once && performance.now() < until);
  }
  passes.end();
  const { elapsed } = stopwatch;
  return { operations: bytes / MEBIBYTE, bytes, ...elapsed, ...holding, ...probes.watched };
}
