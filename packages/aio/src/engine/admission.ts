import { isTriedAtOnce, planFirst } from './attempt.js';
import { Backlog } from './backlog.js';
import type { OpenFile } from './open-file.js';
import { Operation, WAITING } from './operation.js';
import type { OperationPool } from './operation-pool.js';
import type { Read, ReadInto } from './read-batch.js';
import type { SlotTable } from './slot-table.js';
import { CHUNK_BYTES, CHUNK_OPERATIONS } from './chunk.js';
import type { Submissions } from './submissions.js';
import type { Sweep } from './sweep.js';

const NONE = -1;

/**
 * So many ranges of a sweep are under way at a time: enough for any device, and others find room beside
 * them.
 */
const SHARE = 512;

/** The way in: what comes has a slot where there is room, and waits for its turn where there is none. */
export class Admission {
  readonly #slots: SlotTable;
  readonly #submissions: Submissions;
  readonly #pool: OperationPool;
  readonly #backlog: Backlog;
  /** Those whose threads may stand still, for more than their half of the room: nobody else waits behind them. */
  readonly #forThreads: Backlog;

  /**
   * Slots that reads would have had, for which the stack ended, and bytes of all together: there may be none for a call to
   * give them back, nor for an object. Where there might be no place for one more, no read is taken until they are given back.
   */
  readonly #leftovers = new Uint32Array(CHUNK_OPERATIONS);
  #countLeft = 0;
  #bytesLeft = 0;
  /** How many are being taken: hooks for the promise of one may ask for another. */
  #beingTaken = 0;

  constructor(slots: SlotTable, submissions: Submissions, pool: OperationPool) {
    this.#slots = slots;
    this.#submissions = submissions;
    this.#pool = pool;
    this.#backlog = new Backlog(pool);
    this.#forThreads = new Backlog(pool);
  }

  /** How many operations and ranges wait. */
  count(): number {
    return this.#backlog.count() + this.#forThreads.count();
  }

  /** Whether any wait for room that all may have. */
  get hasWaiting(): boolean {
    return this.#backlog.length > 0;
  }

  /** Whether any wait for room in the half of those that wait for threads. */
  get hasWaitingForThreads(): boolean {
    return this.#forThreads.length > 0;
  }

  take(operation: Operation): void {
    planFirst(operation);
    if (operation.offload && (this.#forThreads.length > 0 || this.#isOverHalf(operation))) {
      this.#forThreads.push(operation);
    } else if (this.hasRoomFor(operation.bytes)) {
      this.#admit(operation);
    } else {
      this.#backlog.push(operation);
    }
  }

  /** Whether a read of so many bytes need not wait: nobody does, and there is room. */
  hasRoomFor(bytes: number): boolean {
    return this.#backlog.length === 0 && this.#slots.hasRoomFor(bytes);
  }

  /**
   * Takes a read, to go with others.
   *
   * @returns null where there is no room
   */
  takeRead(
    file: OpenFile,
    wanted: ReadInto,
    position: number,
    began: number,
  ): Promise<Read> | null {
    const { length } = wanted;
    // Whatever may fail for want of stack comes before anything is counted, and what calls hooks (for promises),
    // which may take the room, before that is looked at.
    const batch = this.#submissions.batches.reads.batchFor(length);
    const address = batch.addressOf(wanted.view);
    if (!this.hasRoomFor(length)) return null;
    if (this.#countLeft + this.#beingTaken >= CHUNK_OPERATIONS) return null;
    if (batch.count === 0) batch.began = began;
    const slot = this.#slots.reserve(length);
    file.underWay++;
    this.#beingTaken++;
    try {
      const read = batch.add(file, wanted, address, slot, position);
      this.#beingTaken--;
      return read;
    } catch (error) {
      this.#beingTaken--;
      file.underWay--;
      this.#leftovers[this.#countLeft++] = slot;
      this.#bytesLeft += length;
      if (file.underWay === 0) file.becomeIdle();
      throw error;
    }
  }

  takeSweep(sweep: Sweep): void {
    this.#backlog.pushSweep(sweep);
  }

  /** The same, where nobody waits: as much of it as there is room for need not wait either. */
  takeSweepAtOnce(sweep: Sweep): void {
    if (!this.#admitRanges(sweep) || sweep.peek() !== NONE) this.#backlog.pushSweep(sweep);
  }

  /** Has what has a slot wait for a thread, which it turned out to need: without the slot where too many do. */
  takeForThread(operation: Operation): void {
    const { slot, group } = operation;
    // Of a sweep only a share is under way, and it looks for that in the slots.
    if (this.#slots.waitsIn(slot) || group !== null) {
      this.#submissions.queue(operation);
      return;
    }
    this.#slots.release(slot);
    this.#forThreads.push(operation);
  }

  /** @returns whether it was still waiting, and has been taken back */
  withdraw(operation: Operation): boolean {
    if (operation.state !== WAITING) return false;
    this.#backlog.withdraw(operation);
    return true;
  }

  /** Lets in those for whom there is room by now. */
  admitWaiting(): void {
    if (this.#countLeft > 0) this.#giveBackLeftovers();
    do {
      this.#letOn();
      this.#admitInOrder();
      // What was let on may have been given up on: then nothing that ends brings us back for those behind it.
    } while (this.#backlog.length === 0 && this.#mayLetOn());
  }

  #admitInOrder(): void {
    // Each once: a sweep takes its turn again for the next part of it.
    for (let turns = this.#backlog.length; turns > 0; turns--) {
      const next = this.#backlog.peek();
      if (next === undefined) return;
      if (this.#isOverHalf(next)) {
        this.#backlog.shift();
        this.#forThreads.add(next);
      } else if (next instanceof Operation) {
        if (!this.#slots.hasRoomFor(next.bytes)) return;
        this.#backlog.shift();
        this.#admit(next);
      } else {
        if (!this.#admitRanges(next)) return;
        this.#backlog.shift();
        if (next.peek() !== NONE) this.#backlog.pushSweep(next);
      }
    }
  }

  #mayLetOn(): boolean {
    const next = this.#forThreads.peek();
    return next !== undefined && !this.#isOverHalf(next);
  }

  /** Has those take their turn whose half of the room has some left. */
  #letOn(): void {
    for (;;) {
      const next = this.#forThreads.peek();
      if (next === undefined || this.#isOverHalf(next)) return;
      this.#forThreads.shift();
      if (next instanceof Operation && this.hasRoomFor(next.bytes)) {
        this.#admit(next);
      } else {
        // One at a time: it takes of that half when its turn has come.
        this.#backlog.add(next);
        return;
      }
    }
  }

  /** Whether it would wait for a thread, in more than half of the room. */
  #isOverHalf(next: Operation | Sweep): boolean {
    if (next instanceof Operation) return next.offload && !this.#slots.mayWait(next.bytes);
    const range = next.peek();
    if (range === NONE) return false;
    const bytes = next.ranges.length(range);
    return !isTriedAtOnce(next.file, next.kind, bytes) && !this.#slots.mayWait(bytes);
  }

  #giveBackLeftovers(): void {
    this.#slots.giveBack(this.#leftovers, this.#countLeft, this.#bytesLeft);
    this.#countLeft = this.#bytesLeft = 0;
  }

  #admit(operation: Operation): void {
    const { bytes } = operation;
    this.#slots.put(this.#slots.reserve(bytes), operation);
    this.#submissions.queue(operation);
  }

  /** @returns false where there is no room for the first */
  #admitRanges(sweep: Sweep): boolean {
    sweep.look();
    if (sweep.endsInLine) {
      if (this.#submissions.batches.ranges.count > 0) return false;
      this.#fillBatch(sweep);
      if (this.#submissions.batches.ranges.count > 0) return true;
    }
    const most = Math.min(CHUNK_OPERATIONS, SHARE - sweep.underWay);
    for (let admitted = 0; admitted < most;) {
      const range = sweep.peek();
      if (range === NONE) return true;
      if (!this.#slots.hasRoomFor(sweep.ranges.length(range))) return admitted > 0;
      if (this.#isOverHalf(sweep)) return true;
      const address = sweep.take(range);
      if (address === undefined) continue;
      this.#admitRange(sweep, range, address);
      admitted++;
    }
    return true;
  }

  /** Begins as many ranges as go together and as there is room for. */
  #fillBatch(sweep: Sweep): void {
    const slots = this.#slots;
    const range = sweep.peek();
    if (range === NONE || !slots.hasRoomFor(sweep.ranges.length(range))) return;
    const batch = this.#submissions.batches.ranges;
    const most = Math.min(CHUNK_OPERATIONS, slots.free, SHARE - sweep.underWay);
    sweep.beginTogether(batch, most, Math.min(CHUNK_BYTES, slots.bytesLeft));
    if (batch.count === 0) return;
    batch.begin(sweep, this.#pool.nextGeneration());
    slots.reserveInBatch(batch.count, batch.bytes);
  }

  #admitRange(sweep: Sweep, range: number, address: number): void {
    const bytes = sweep.ranges.length(range);
    if (isTriedAtOnce(sweep.file, sweep.kind, bytes)) {
      const slot = this.#slots.reserve(bytes);
      const generation = this.#pool.nextGeneration();
      this.#slots.admitRange(slot, sweep, range, generation, sweep.unannounced);
      this.#submissions.queueRange(slot, sweep, range, address);
    } else {
      const operation = sweep.fill(this.#pool.create(), range, address);
      planFirst(operation);
      this.#admit(operation);
    }
  }
}
