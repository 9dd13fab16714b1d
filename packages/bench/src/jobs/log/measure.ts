import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { closing } from '../../measure/closing.js';
import { Recorder } from '../../measure/recorder.js';
import type { Sample } from '../../measure/sample.js';
import { inSlices, oneSlice, type Slices } from '../../measure/slices.js';
import { Stopwatch, held } from '../../measure/stopwatch.js';
import { countFor, warmUp, type RecordLatency } from '../../measure/warm-up.js';
import { Writer, countRecords } from './records.js';
import type { Log, LogDriver, LogWork } from './work.js';

function checkLogs(paths: readonly string[], writers: readonly Writer[], work: LogWork): void {
  const counts: number[] = writers.map(() => 0);
  for (const path of paths) countRecords(readFileSync(path), work.recordBytes, counts);
  for (const { number, count } of writers) {
    if (counts[number] === count) continue;
    throw new Error(`${counts[number]} records of writer ${number} are there in place of ${count}`);
  }
}

async function measureIn(
  directory: string,
  driver: LogDriver,
  work: LogWork,
  slices: Slices,
): Promise<Sample> {
  const { shared, recordBytes, seconds, latency } = work;
  const writers = Array.from({ length: work.writers }, (_, i) => new Writer(i, recordBytes));
  const names = shared ? ['log'] : writers.map(({ number }) => `log-${number}`);
  const paths = names.map((name) => join(directory, name));
  const logs = await Promise.all(paths.map(async (path) => await driver.openLog(path)));
  await using _closing = closing(...logs);
  let left = 0;

  async function lane(writer: Writer, log: Log, record: RecordLatency | undefined): Promise<void> {
    while (left-- > 0) {
      const from = record === undefined ? 0 : performance.now();
      await log.append(writer.next());
      record?.(performance.now() - from);
    }
  }

  async function operate(count: number, record: RecordLatency | undefined): Promise<void> {
    left = count;
    await Promise.all(writers.map((writer, i) => lane(writer, logs[shared ? 0 : i]!, record)));
  }

  const plan = { count: work.writers, seconds, available: Infinity };
  const warm = await warmUp(operate, plan, undefined);
  const recorder = latency ? new Recorder() : undefined;
  const count = countFor(warm, plan, slices.count);
  const stopwatch = new Stopwatch();
  const done = await inSlices(slices, stopwatch, () => operate(count, recorder?.record));
  const operations = done * count;
  const holding = held();
  checkLogs(paths, writers, work);
  return {
    operations,
    bytes: operations * recordBytes,
    ...stopwatch.elapsed,
    ...holding,
    ...(recorder === undefined ? {} : { distributions: { latency: recorder.distribution } }),
  };
}

/** Measures appending, then goes through the logs: every record must be there, whole, once and in order. */
export async function measure(
  driver: LogDriver,
  work: LogWork,
  slices: Slices = oneSlice(),
): Promise<Sample> {
  const directory = mkdtempSync(join(work.directory, 'log-'));
  try {
    return await measureIn(directory, driver, work, slices);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
