import type { Sample } from '../../measure/sample.js';
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
export async function measure(driver: MemoryDriver, work: MemoryWork): Promise<Sample> {
  const stopwatch = new Stopwatch();
  stopwatch.start();
  const figures = await FIND[work.question](driver, work);
  stopwatch.pause();
  return { operations: 1, ...stopwatch.elapsed, ...held(), figures };
}
