import { Recorder } from '../../measure/recorder.js';
import type { Sample } from '../../measure/sample.js';
import { inSlices, oneSlice, type Slices } from '../../measure/slices.js';
import { Stopwatch, held } from '../../measure/stopwatch.js';
import { countFor, warmUp } from '../../measure/warm-up.js';
import { checkReads } from './check.js';
import { Reading } from './reading.js';
import type { WholeFilesDriver, WholeFilesWork } from './work.js';

/** Measures reading whole files, then looks whether the right bytes or errors came. */
export async function measure(
  driver: WholeFilesDriver,
  work: WholeFilesWork,
  slices: Slices = oneSlice(),
): Promise<Sample> {
  const { files, once, parallel, seconds, latency } = work;
  const reading = new Reading(driver, work);
  const operate = reading.operate.bind(reading);
  // Files that are to be read cold as well: they are dropped from the page cache again afterwards.
  const plan = { count: parallel, seconds, available: Infinity };
  const warming = latency ? new Recorder() : undefined;
  const warm = await warmUp(operate, plan, warming?.record);
  checkReads(reading.last);

  const recorder = latency ? new Recorder() : undefined;
  const count = once ? files.length : countFor(warm, plan, slices.count);
  const stopwatch = new Stopwatch();
  const done = await inSlices(slices, stopwatch, () => operate(count, recorder?.record));
  const holding = held();
  checkReads(reading.last);

  return {
    operations: done * count,
    ...stopwatch.elapsed,
    ...holding,
    ...(recorder === undefined ? {} : { distributions: { latency: recorder.distribution } }),
  };
}
