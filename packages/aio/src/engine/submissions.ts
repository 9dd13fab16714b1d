import type { Counters } from './counters.js';
import { noteCompletesLate } from './attempt.js';
import { CHUNK_BYTES, CHUNK_FOR_DEVICE, CHUNK_OPERATIONS } from './chunk.js';
import { BUFFERED_READ } from './device.js';
import type { KernelPort } from './kernel-port.js';
import { LoneRead } from './lone-read.js';
import { OFFLOADED, type Operation, QUEUED, SUBMITTED } from './operation.js';
import type { RangeBatch } from './range-batch.js';
import type { ReadBatch } from './read-batch.js';
import { ReadQueue } from './read-queue.js';
import { ReadTogether, UNANSWERED, notHelped } from './read-together.js';
import { SlotList } from './slot-list.js';
import type { SlotTable } from './slot-table.js';
import type { Sweep } from './sweep.js';

/** What has a slot: it waits for the next submission, then is in flight. Submits it, and keeps count. */
export class Submissions {
  readonly #port: KernelPort;
  readonly #slots: SlotTable;
  readonly #counters: Counters;
  readonly #toKernel: SlotList;
  readonly #toThreads: SlotList;
  /** For threads too: what is on its way from the device. */
  readonly #begun: SlotList;
  /** What waits to be submitted and collected in one call. */
  readonly batch: RangeBatch;
  /** The same for reads that are by themselves. */
  readonly reads: ReadQueue = new ReadQueue();

  /** Those among them that need not wait. */
  readonly loneRead: LoneRead;

  /** What of these two another thread helps with. */
  readonly together: ReadTogether;

  /** What the kernel or the threads have. */
  #inFlight = 0;
  /** Of it, what should have ended when io_submit returned, and no eventfd speaks for. */
  #inLine = 0;
  /** The same for what the threads submit; these signal when they have. */
  #inThreads = 0;

  constructor(port: KernelPort, slots: SlotTable, batch: RangeBatch, counters: Counters) {
    this.#port = port;
    this.#slots = slots;
    this.batch = batch;
    this.#counters = counters;
    this.loneRead = new LoneRead(port, counters);
    this.together = new ReadTogether(port);
    this.#toKernel = new SlotList(slots.size);
    this.#toThreads = new SlotList(slots.size);
    this.#begun = new SlotList(slots.size);
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** How many wait for the next submission. */
  get queued(): number {
    const forThreads = this.#toThreads.length + this.#begun.length;
    return this.#toKernel.length + forThreads + this.batch.count + this.reads.count();
  }

  /** How many operations wait for the event loop's own io_submit. */
  get queuedForKernel(): number {
    return this.#toKernel.length;
  }

  /** Whether there is something for the event loop's own io_submit. */
  hasForKernel(): boolean {
    return this.#toKernel.length > 0 || this.batch.count > 0 || this.reads.isReady;
  }

  get hasForThreads(): boolean {
    return this.#toThreads.length > 0 || this.#begun.length > 0;
  }

  queue(operation: Operation): void {
    this.#port.prepare(operation);
    this.#listFor(operation).push(operation.slot);
    operation.state = QUEUED;
  }

  queueRange(slot: number, sweep: Sweep, range: number, address: number): void {
    this.#port.prepareRange(slot, this.#slots.generationAt(slot), sweep, range, address);
    this.#toKernel.push(slot);
  }

  /** @returns whether an operation could be taken back, and leaves its slot */
  withdraw(operation: Operation): boolean {
    const { state, slot } = operation;
    if (state === QUEUED) {
      this.#listFor(operation).remove(slot);
      return true;
    }
    if (state !== OFFLOADED || !this.#port.withdraw(slot)) return false;
    this.#inFlight--;
    if (operation.unannounced) this.#inThreads--;
    return true;
  }

  /** @returns whether a range could be taken back, and leaves its slot */
  withdrawRange(slot: number): boolean {
    return this.#toKernel.remove(slot);
  }

  /**
   * io_submit(2) of a chunk.
   *
   * @returns how many the kernel took; 0 where it takes none until something has completed; -errno where it
   *   refused the first, which is then the one to {@link takeRefused}
   */
  submitChunk(): number {
    this.#counters.batches++;
    const chunk = this.#chunk();
    const taken = this.#port.submit(this.#toKernel, chunk);
    for (let i = Math.max(taken, 0); i < chunk; i++) this.#wasNotTaken(this.#toKernel.at(i));
    if (taken <= 0) return taken;
    this.#inFlight += taken;
    this.#counters.submitted += taken;
    this.#toKernel.drop(taken);
    return taken;
  }

  /** The slot of what the kernel has refused, which is not queued any more. */
  takeRefused(): number {
    const slot = this.#toKernel.at(0);
    this.#toKernel.drop(1);
    return slot;
  }

  /**
   * The same for the batch of ranges, whose results it has then.
   *
   * @returns as {@link submitChunk}; what the kernel took is the caller's to take from the batch
   */
  submitBatch(): number {
    const { batch } = this;
    const { count } = batch;
    const { command, file } = batch.sweep!;
    const isWorthHelp = command.reads && this.together.isWorthIt(batch);
    if (isWorthHelp && file.device.isKnownToEndInLine(BUFFERED_READ)) {
      this.together.read(batch);
      this.#inLine += batch.late < 0 ? count : count - 1;
      this.#inFlight += count;
      this.#counters.submitted += count;
      return count;
    }
    this.#counters.batches++;
    notHelped(batch);
    const taken = this.#port.submitRanges(batch);
    if (taken <= 0) return taken;
    this.#inFlight += taken;
    this.#inLine += taken;
    this.#counters.submitted += taken;
    if (isWorthHelp && batch.columns.ended === count) file.device.endsInLine |= BUFFERED_READ;
    return taken;
  }

  /**
   * The same for reads that are by themselves. One that is alone goes by preadv2(2): a call of its own does it for less
   * than io_submit and what comes of that; and so do large ones, two at a time.
   *
   * @returns how many the kernel took; 0 where it takes none until something has completed; -errno where it
   *   refused the first. Of what it took, what has no result in the batch goes on
   */
  submitReads(batch: ReadBatch): number {
    const { count, columns } = batch;
    this.loneRead.isLikely = false;
    const isAlone = count === 1 && this.#toKernel.length === 0 && this.batch.count === 0;
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
    const taken = this.#port.submitReads(batch);
    batch.isWhole = columns.whole === count;
    batch.others = columns.events;
    if (taken <= 0) return taken;
    const { ended } = columns;
    this.#inFlight += taken - ended;
    this.#inLine += taken - ended;
    this.#counters.submitted += taken;
    this.#counters.inLine += ended;
    if ((isAlone || isWorthHelp) && ended === count) batch.noteEndsInLine();
    return taken;
  }

  /** So many of the batch have ended, in line. */
  batchEnded(count: number): void {
    this.#inFlight -= count;
    this.#inLine -= count;
    this.#counters.inLine += count;
  }

  /** Takes back what of a sweep waits in the batch, and its room. */
  withdrawBatch(sweep: Sweep): void {
    const { batch } = this;
    if (batch.sweep !== sweep) return;
    const { count } = batch;
    this.#slots.giveBackInBatch(count, batch.bytes);
    batch.drop(count);
    for (let i = 0; i < count; i++) sweep.ended();
  }

  submitToThreads(): void {
    this.#offload(this.#toThreads, false);
    this.#offload(this.#begun, true);
  }

  /** An attempt has ended. */
  ended(slot: number): void {
    this.#inFlight--;
    if (!this.#slots.isUnannounced(slot)) return;
    if (this.#slots.operationAt(slot)?.state === OFFLOADED) {
      this.#inThreads--;
    } else {
      this.#inLine--;
      this.#counters.inLine++;
    }
  }

  /** Whether something goes on, against expectation, that nobody will announce. */
  get isForgotten(): boolean {
    if (this.#inLine > 0) return true;
    return this.#inThreads > 0 && this.#port.threadsAreIdle;
  }

  /** Has what is like it announced from now on. */
  noteForgotten(): void {
    for (const operation of this.#slots.operations()) {
      const { file, kind, unannounced, state } = operation;
      const submitted = state === SUBMITTED || state === OFFLOADED;
      if (unannounced && submitted) noteCompletesLate(file, kind);
    }
    for (const slot of this.#slots.slotsOfRanges()) {
      const sweep = this.#slots.sweepAt(slot);
      if (sweep === null || !this.#slots.isUnannounced(slot)) continue;
      if (!this.#toKernel.includes(slot)) noteCompletesLate(sweep.file, sweep.kind);
    }
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
    if (result === UNANSWERED) return false;
    notHelped(batch);
    batch.columns.res[0] = result;
    this.loneRead.isLikely = batch.isWhole = result === batch.bytes;
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
    this.#inFlight += count - ended;
    this.#counters.submitted += count;
    this.#counters.inLine += ended;
  }

  #listFor({ offload, begun }: Operation): SlotList {
    if (!offload) return this.#toKernel;
    return begun ? this.#begun : this.#toThreads;
  }

  #offload(slots: SlotList, begun: boolean): void {
    const count = slots.length;
    this.#port.offload(slots, begun);
    for (let i = 0; i < count; i++) {
      const slot = slots.at(i);
      this.#slots.operationAt(slot)!.state = OFFLOADED;
      if (this.#slots.isUnannounced(slot)) this.#inThreads++;
    }
    this.#inFlight += count;
    this.#counters.submitted += count;
    this.#counters.offloaded += count;
    slots.drop(count);
  }

  /**
   * How many go together, so that neither their copying holds up the loop, nor their number the device. These
   * count as submitted, since they are walked through but once.
   */
  #chunk(): number {
    const most = Math.min(this.#toKernel.length, CHUNK_OPERATIONS);
    let bytes = 0;
    let forDevice = 0;
    for (let i = 0; i < most; i++) {
      const slot = this.#toKernel.at(i);
      const inLine = this.#slots.isUnannounced(slot);
      if (inLine) bytes += this.#slots.bytesAt(slot);
      else if (++forDevice > CHUNK_FOR_DEVICE) return i;
      if (bytes > CHUNK_BYTES && i > 0) return i;
      const operation = this.#slots.operationAt(slot);
      if (operation !== null) operation.state = SUBMITTED;
      if (inLine) this.#inLine++;
    }
    return most;
  }

  /** It was in the chunk, and waits on. */
  #wasNotTaken(slot: number): void {
    const operation = this.#slots.operationAt(slot);
    if (operation !== null) operation.state = QUEUED;
    if (this.#slots.isUnannounced(slot)) this.#inLine--;
  }
}
