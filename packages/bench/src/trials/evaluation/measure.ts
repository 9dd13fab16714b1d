import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { peakMemory } from '../../measure/memory.js';
import { Stopwatch } from '../../measure/stopwatch.js';
import { countThreads } from '../../measure/threads.js';
import type {
  EvaluationDriver,
  EvaluationFile,
  EvaluationSample,
  EvaluationWork,
} from './workload.js';

const POISON = 0xa5;

function checkBytes(files: readonly EvaluationFile[], buffers: readonly Uint8Array[]): void {
  for (const [i, { path, sha256 }] of files.entries()) {
    const found = createHash('sha256')
      .update(buffers[i] ?? '')
      .digest('hex');
    if (found !== sha256) throw new Error(`wrong bytes were read from ${path}`);
  }
}

/** Every byte is checked, off the clock, in the first, the middle and the last round. */
function isChecked(round: number, rounds: number): boolean {
  return round === 0 || round === rounds >> 1 || round === rounds - 1;
}

export async function measure(
  driver: EvaluationDriver,
  { files, rounds, intervalMs }: EvaluationWork,
): Promise<EvaluationSample> {
  const buffers = files.map(({ size }) => Buffer.allocUnsafeSlow(size));
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const reader = await driver.openFiles(files, buffers);
  const stopwatch = new Stopwatch();
  let readingMs = 0;

  stopwatch.start();
  for (let round = 0; round < rounds; round++) {
    const checked = isChecked(round, rounds);
    if (checked) {
      stopwatch.pause();
      for (const buffer of buffers) buffer.fill(POISON);
      stopwatch.start();
    }
    const from = performance.now();
    const bytes = await reader.readAll();
    readingMs += performance.now() - from;
    if (bytes !== total) throw new Error(`${bytes} bytes were read in place of ${total}`);
    if (checked) {
      stopwatch.pause();
      checkBytes(files, buffers);
      stopwatch.start();
    }
    await sleep(intervalMs);
  }
  stopwatch.pause();

  const sample = {
    ...stopwatch.elapsed,
    readingMicroseconds: (readingMs * 1e3) / rounds,
    threads: countThreads(),
    ...peakMemory(),
  };
  await reader.close();
  return sample;
}
