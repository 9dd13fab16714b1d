import { allocAligned } from 'aio-bind';
import { contentMatches } from '../../files/content.js';
import { Stopwatch } from '../../measure/stopwatch.js';
import { LatencyRecorder } from './latency-recorder.js';
import { warmUp } from './warm-up.js';
import type {
  RandomReadDriver,
  RandomReadSample,
  RandomReadWork,
  RandomReader,
} from './workload.js';

function checkBlocks(
  reader: RandomReader,
  buffers: readonly Uint8Array[],
  { blockSize }: RandomReadWork,
): void {
  for (const [i, buffer] of buffers.entries()) {
    const block = reader.lastBlock(i);
    if (block >= 0 && !contentMatches(buffer, block * blockSize)) {
      throw new Error(`wrong bytes were read from block ${block}`);
    }
  }
}

/**
 * Measures one run of reads without a break in it, as long as the warm-up says; then compares
 * every buffer with what the file holds at the place that was read last.
 */
export async function measure(
  driver: RandomReadDriver,
  work: RandomReadWork,
): Promise<RandomReadSample> {
  const { depth, blockSize, seconds, latency } = work;
  const memory = allocAligned(depth * blockSize);
  const buffers = Array.from({ length: depth }, (_, i) =>
    memory.subarray(i * blockSize, (i + 1) * blockSize),
  );
  const reader = await driver.openFile(work, buffers);

  const warming = latency ? new LatencyRecorder() : undefined;
  const perSecond = await warmUp(reader, work, warming?.record);
  checkBlocks(reader, buffers, work);

  const recorder = latency ? new LatencyRecorder() : undefined;
  const reads = Math.max(depth, Math.round(perSecond * seconds));
  const stopwatch = new Stopwatch();
  stopwatch.start();
  await reader.read(reads, recorder?.record);
  stopwatch.pause();
  checkBlocks(reader, buffers, work);

  await reader.close();
  const sample = { reads, ...stopwatch.elapsed };
  return recorder === undefined ? sample : { ...sample, latency: recorder.percentiles };
}
