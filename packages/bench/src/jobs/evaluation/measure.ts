import { allocAligned } from 'aio-bind';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { closing } from '../../measure/closing.js';
import { peakMemory } from '../../measure/memory.js';
import type { Sample } from '../../measure/sample.js';
import { inSlices, oneSlice, type Slices } from '../../measure/slices.js';
import { Stopwatch, held } from '../../measure/stopwatch.js';
import { warmUp } from '../../measure/warm-up.js';
import type { EvaluationDriver, EvaluationFile, EvaluationWork, FileReader } from './work.js';

const POISON = 0xa5;

function checkBytes(files: readonly EvaluationFile[], found: readonly Uint8Array[]): void {
  for (const [i, { path, sha256 }] of files.entries()) {
    const hash = createHash('sha256')
      .update(found[i] ?? '')
      .digest('hex');
    if (hash !== sha256) throw new Error(`wrong bytes were read from ${path}`);
  }
}

/** Every byte is checked, off the clock, in the first, the middle and the last round. */
function isChecked(round: number, rounds: number): boolean {
  return round === 0 || round === rounds >> 1 || round === rounds - 1;
}

async function readerOf(
  driver: EvaluationDriver,
  { files, reopen }: EvaluationWork,
  buffers: readonly Uint8Array[],
): Promise<FileReader> {
  if (!reopen) return await driver.openFiles(files, buffers);
  if (driver.reopenFiles === undefined) throw new Error('this driver cannot open each time');
  return driver.reopenFiles(files);
}

async function warm(reader: FileReader, seconds: number): Promise<void> {
  if (seconds === 0) return;
  const read = async (rounds: number): Promise<void> => {
    for (let round = 0; round < rounds; round++) await reader.readAll();
  };
  await warmUp(read, { count: 1, seconds, available: Infinity }, undefined);
}

export async function measure(
  driver: EvaluationDriver,
  work: EvaluationWork,
  slices: Slices = oneSlice(),
): Promise<Sample> {
  const { files, rounds, intervalMs, warmUpSeconds } = work;
  const buffers = files.map(({ size }) => allocAligned(size));
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const reader = await readerOf(driver, work, buffers);
  await using _closing = closing(reader);
  await warm(reader, warmUpSeconds);
  const stopwatch = new Stopwatch();
  let readingMs = 0;

  async function readRound(round: number): Promise<void> {
    const checked = isChecked(round, rounds);
    if (checked) {
      stopwatch.pause();
      for (const buffer of buffers) buffer.fill(POISON);
      stopwatch.start();
    }
    const from = performance.now();
    const found = await reader.readAll();
    readingMs += performance.now() - from;
    let bytes = 0;
    for (const buffer of found) bytes += buffer.length;
    if (bytes !== total) throw new Error(`${bytes} bytes were read in place of ${total}`);
    if (checked) {
      stopwatch.pause();
      checkBytes(files, found);
      stopwatch.start();
    }
    await sleep(intervalMs);
  }

  let round = 0;
  let slice = 0;
  await inSlices(slices, stopwatch, async () => {
    const end = Math.floor((++slice * rounds) / slices.count);
    while (round < end) await readRound(round++);
  });

  const { physicalBytes, virtualBytes } = peakMemory();
  return {
    operations: rounds,
    bytes: total * rounds,
    ...stopwatch.elapsed,
    ...held(),
    figures: {
      readingMicroseconds: (readingMs * 1e3) / rounds,
      physicalMebibytes: physicalBytes / 1024 ** 2,
      virtualMebibytes: virtualBytes / 1024 ** 2,
    },
  };
}
