import { IoRangeArray } from 'aio-bind';
import { isAllOfRead } from './attempt.js';
import { CHUNK_OPERATIONS, UNPLUGGED } from './chunk.js';
import type { Counters } from './counters.js';
import { BUFFERED_READ } from './device.js';
import type { InFlight } from './in-flight.js';
import type { KernelPort } from './kernel-port.js';
import { LoneRead } from './lone-read.js';
import type { RangeBatch } from './range-batch.js';
import type { ReadBatch } from './read-batch.js';
import { ReadQueue } from './read-queue.js';
import { ReadTogether, isNoAnswer, notHelped } from './read-together.js';

/** What is submitted in columns, and has its results when that call returns: ranges, and reads by themselves. */
export class BatchSubmissions {
  readonly #port: KernelPort;
  readonly #counters: Counters;
  readonly #inFlight: InFlight;
  /** What waits of ranges. */
  readonly ranges: RangeBatch;
  /** What waits of reads. */
  readonly reads: ReadQueue = new ReadQueue();
  /** Those among them that need not wait. */
  readonly loneRead: LoneRead;
  /** What of both another thread helps with. */
  readonly together: ReadTogether;
  /** How many go by one io_submit(2). */
  #perCall = CHUNK_OPERATIONS;

  constructor(port: KernelPort, ranges: RangeBatch, counters: Counters, inFlight: InFlight) {
    this.#port = port;
    this.ranges = ranges;
    this.#counters = counters;
    this.#inFlight = inFlight;
    this.loneRead = new LoneRead(port, counters);
    this.together = new ReadTogether(port);
  }

  /** How many wait. */
  get queued(): number {
    return this.ranges.count + this.reads.count();
  }

  /** Whether there is something to submit. */
  get isReady(): boolean {
    return this.ranges.count > 0 || this.reads.isReady;
  }

  /**
   * io_submit(2) of the ranges.
   *
   * @returns how many the kernel took, which are the caller's to take from the batch; 0 where it takes none until
   *   something has completed; -errno where it refused the first
   */
  submitRanges(): number {
    const batch = this.ranges;
    const { count } = batch;
    const { command, file } = batch.sweep!;
    const isWorthHelp = command.reads && this.together.isWorthIt(batch);
    if (isWorthHelp && file.device.isKnownToEndInLine(BUFFERED_READ)) {
      this.together.read(batch);
      this.#inFlight.inLine += batch.late < 0 ? count : count - 1;
      this.#inFlight.count += count;
      this.#counters.submitted += count;
      return count;
    }
    this.#counters.batches++;
    notHelped(batch);
    const taken = this.#port.submitRanges(batch, this.#perCall);
    if (taken <= 0) return taken;
    this.#learn(batch.columns, taken);
    this.#inFlight.count += taken;
    this.#inFlight.inLine += taken;
    this.#counters.submitted += taken;
    if (isWorthHelp && batch.columns.ended === count) file.device.endsInLine |= BUFFERED_READ;
    return taken;
  }

  /** So many ranges have ended, in line. */
  rangesEnded(count: number): void {
    this.#inFlight.count -= count;
    this.#inFlight.inLine -= count;
    this.#counters.inLine += count;
  }

  /**
   * io_submit(2) of reads. One that is alone goes by preadv2(2): a call of its own does it for less than io_submit and what
   * comes of that; and so do large ones, two at a time.
   *
   * @param othersWait - for the kernel, too
   * @returns as {@link submitRanges}; of what the kernel took, what has no result in the batch goes on
   */
  submitReads(batch: ReadBatch, othersWait: boolean): number {
    const { count, columns } = batch;
    this.loneRead.predict(false);
    const isAlone = count === 1 && !othersWait;
    const isWorthHelp = this.together.isWorthIt(batch);
    if ((isAlone || isWorthHelp) && batch.isKnownToEndInLine()) {
      if (isWorthHelp) {
        this.#readTogether(batch);
        return count;
      }
      if (this.#readAtOnce(batch)) return count;
    }
    this.#counters.batches++;
    notHelped(batch);
    const taken = this.#port.submitReads(batch, this.#perCall);
    const { ended, whole, events } = columns;
    batch.isWhole = whole === count;
    batch.others = events;
    if (taken <= 0) return taken;
    this.#learn(columns, taken);
    this.#inFlight.count += taken - ended;
    this.#inFlight.inLine += taken - ended;
    this.#counters.submitted += taken;
    this.#counters.inLine += ended;
    if ((isAlone || isWorthHelp) && ended === count) batch.noteEndsInLine();
    return taken;
  }

  /** Lets go of what is remembered of reads that have ended. */
  forget(): void {
    this.reads.forget();
    this.loneRead.forget();
  }

  /**
   * What was not in memory is followed by what is not, mostly: then the device is not to wait for all to be prepared.
   *
   * @param columns - what has just been submitted
   */
  #learn(columns: IoRangeArray, taken: number): void {
    const isMostlyCold = columns.ended > columns.whole && 2 * countMissed(columns, taken) > taken;
    this.#perCall = isMostlyCold ? UNPLUGGED : CHUNK_OPERATIONS;
  }

  /** @returns false where io_submit is to be asked */
  #readAtOnce(batch: ReadBatch): boolean {
    const { aio_fildes, aio_buf, aio_nbytes, aio_offset } = batch.columns;
    const result = this.#port.readAtOnce(
      aio_fildes[0]!,
      aio_buf[0]!,
      aio_nbytes[0]!,
      aio_offset[0]!,
    );
    if (isNoAnswer(result)) return false;
    notHelped(batch);
    batch.columns.res[0] = result;
    batch.isWhole = result === batch.bytes;
    this.loneRead.predict(batch.isWhole);
    batch.others = 0;
    this.#counters.submitted++;
    this.#counters.inLine++;
    return true;
  }

  #readTogether(batch: ReadBatch): void {
    this.together.read(batch);
    const { count, columns } = batch;
    const { ended } = columns;
    batch.isWhole = columns.whole === count;
    batch.others = 0;
    this.#inFlight.count += count - ended;
    this.#counters.submitted += count;
    this.#counters.inLine += ended;
  }
}

/** How many have come back without all of what they were to read: it was not in memory. */
function countMissed({ res, aio_nbytes, aio_offset }: IoRangeArray, taken: number): number {
  let missed = 0;
  for (let i = 0; i < taken; i++) {
    const result = res[i]!;
    if (result === IoRangeArray.PENDING) continue;
    if (!isAllOfRead(result, aio_nbytes[i]!, aio_offset[i]!)) missed++;
  }
  return missed;
}
