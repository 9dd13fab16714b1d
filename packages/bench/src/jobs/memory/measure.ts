import type { Sample } from '../../measure/sample.js';
import { inSlices, oneSlice, type Slices } from '../../measure/slices.js';
import { Stopwatch, held } from '../../measure/stopwatch.js';
import { weighInFlight } from './in-flight.js';
import { findLeftovers } from './leftovers.js';
import { watchThreads } from './threads.js';
import type { MemoryDriver, MemoryWork, Question } from './work.js';

type Find = (driver: MemoryDriver, work: MemoryWork) => Promise<Readonly<Record<string, number>>>;

const FIND: Readonly<Record<Question, Find>> = {
  threads: watchThreads,
  'in-flight': weighInFlight,
  leftovers: findLeftovers,
};

/** Answers one question about what reads hold on to. */
export async function measure(
  driver: MemoryDriver,
  work: MemoryWork,
  slices: Slices = oneSlice(),
): Promise<Sample> {
  const stopwatch = new Stopwatch();
  let figures: Readonly<Record<string, number>> = {};
  const operations = await inSlices(slices, stopwatch, async () => {
    figures = await FIND[work.question](driver, work);
  });
  return { operations, ...stopwatch.elapsed, ...held(), figures };
}
