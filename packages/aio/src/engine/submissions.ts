import { noteCompletesLate } from './attempt.js';
import { BatchSubmissions } from './batch-submissions.js';
import { CHUNK_BYTES, CHUNK_FOR_DEVICE, CHUNK_OPERATIONS } from './chunk.js';
import type { Counters } from './counters.js';
import { InFlight } from './in-flight.js';
import type { KernelPort } from './kernel-port.js';
import { OFFLOADED, type Operation, QUEUED, SUBMITTED } from './operation.js';
import type { RangeBatch } from './range-batch.js';
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
  readonly #inFlight = new InFlight();
  /** What is submitted and collected in one call. */
  readonly batches: BatchSubmissions;
  /** They could not submit something, for want of room or of a thread: what waits for them waits a little. */
  threadsArePaused = false;

  constructor(port: KernelPort, slots: SlotTable, ranges: RangeBatch, counters: Counters) {
    this.#port = port;
    this.#slots = slots;
    this.#counters = counters;
    this.batches = new BatchSubmissions(port, ranges, counters, this.#inFlight);
    this.#toKernel = new SlotList(slots.size);
    this.#toThreads = new SlotList(slots.size);
    this.#begun = new SlotList(slots.size);
  }

  get inFlight(): number {
    return this.#inFlight.count;
  }

  /** How many wait for the next submission. */
  get queued(): number {
    const forThreads = this.#toThreads.length + this.#begun.length;
    return this.#toKernel.length + forThreads + this.batches.queued;
  }

  /** How many operations wait for the event loop's own io_submit. */
  get queuedForKernel(): number {
    return this.#toKernel.length;
  }

  /** Whether there is something for the event loop's own io_submit. */
  hasForKernel(): boolean {
    return this.#toKernel.length > 0 || this.batches.isReady;
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
    this.#inFlight.count--;
    if (operation.unannounced) this.#inFlight.inThreads--;
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
    this.#inFlight.count += taken;
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
   * Takes back what of a sweep waits in the batch of ranges, and its room.
   *
   * @returns which ranges these are
   */
  withdrawRanges(sweep: Sweep): number[] {
    const batch = this.batches.ranges;
    if (batch.sweep !== sweep) return [];
    const { count } = batch;
    const ranges = Array.from({ length: count }, (_, i) => batch.rangeAt(i));
    this.#slots.giveBackInBatch(count, batch.bytes);
    batch.drop(count);
    for (let i = 0; i < count; i++) sweep.ended();
    return ranges;
  }

  submitToThreads(): void {
    this.#offload(this.#toThreads, false);
    this.#offload(this.#begun, true);
  }

  /** An attempt has ended. */
  ended(slot: number): void {
    this.#inFlight.count--;
    if (!this.#slots.isUnannounced(slot)) return;
    if (this.#slots.operationAt(slot)?.state === OFFLOADED) {
      this.#inFlight.inThreads--;
    } else {
      this.#inFlight.inLine--;
      this.#counters.inLine++;
    }
  }

  /** Whether something goes on, against expectation, that nobody will announce. */
  get isForgotten(): boolean {
    if (this.#inFlight.inLine > 0) return true;
    return this.#inFlight.inThreads > 0 && this.#port.threadsAreIdle;
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
      if (this.#slots.isUnannounced(slot)) this.#inFlight.inThreads++;
    }
    this.#inFlight.count += count;
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
      if (inLine) this.#inFlight.inLine++;
    }
    return most;
  }

  /** It was in the chunk, and waits on. */
  #wasNotTaken(slot: number): void {
    const operation = this.#slots.operationAt(slot);
    if (operation !== null) operation.state = QUEUED;
    if (this.#slots.isUnannounced(slot)) this.#inFlight.inLine--;
  }
}
