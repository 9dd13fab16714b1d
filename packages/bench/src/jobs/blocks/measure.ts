import { closing } from '../../measure/closing.js';
import { LoopProbes } from '../../measure/loop-probes.js';
import { PoolLoad } from '../../measure/pool-load.js';
import { Recorder } from '../../measure/recorder.js';
import type { Sample } from '../../measure/sample.js';
import { oneSlice, type Slices } from '../../measure/slices.js';
import { Stopwatch, held } from '../../measure/stopwatch.js';
import { countBefore, countFor, warmUp } from '../../measure/warm-up.js';
import { makeBuffers } from './buffers.js';
import { checkBlocks } from './check.js';
import type { BlocksDriver, BlocksWork } from './work.js';

function blocksOf({ once, paths, blocksPerFile }: BlocksWork): number {
  return once ? paths.length * blocksPerFile : Infinity;
}

/**
 * Measures transfers, in each slice without a break, as long as the warm-up says; then looks whether the right bytes
 * are in the right place.
 *
 * @param agree - given how many the warm-up says, gives how many there are to be
 */
export async function measure(
  driver: BlocksDriver,
  work: BlocksWork,
  slices: Slices = oneSlice(),
  agree: (count: number) => number | Promise<number> = (count) => count,
): Promise<Sample> {
  const { depth, blockSize, seconds, latency, watchLoop, fillPool } = work;
  const buffers = makeBuffers(work);
  const blocks = await driver.openBlocks(work, buffers);
  await using _closing = closing(blocks);
  const load = fillPool === undefined ? undefined : new PoolLoad(fillPool);
  load?.start();

  const warming = latency ? new Recorder() : undefined;
  const transfer = blocks.transfer.bind(blocks);
  const plan = { count: depth, seconds, available: blocksOf(work), thorough: watchLoop };
  const warm =
    work.operations === undefined ? await warmUp(transfer, plan, warming?.record) : undefined;
  await load?.stop();
  checkBlocks(blocks, buffers, work);

  const recorder = latency ? new Recorder() : undefined;
  const probes = watchLoop ? new LoopProbes() : undefined;
  const wanted = warm === undefined ? (work.operations ?? 0) : countFor(warm, plan, slices.count);
  const count = await agree(wanted);
  const stopwatch = new Stopwatch();
  let operations = 0;
  let holding = held();
  while (await slices.next()) {
    load?.start();
    const before = countBefore(count, slices.count);
    if (before > 0) await blocks.transfer(before, undefined);
    await probes?.start();
    stopwatch.start();
    await blocks.transfer(count, recorder?.record);
    stopwatch.pause();
    operations += count;
    holding = held();
    await probes?.stop();
    await load?.stop();
    // Before others write to the same file.
    checkBlocks(blocks, buffers, work);
  }
  const watched = probes?.watched;

  return {
    operations,
    bytes: operations * blockSize,
    ...stopwatch.elapsed,
    ...holding,
    distributions: {
      ...watched?.distributions,
      ...(recorder === undefined ? {} : { latency: recorder.distribution }),
    },
    figures: watched?.figures ?? {},
  };
}
