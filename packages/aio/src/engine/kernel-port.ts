import { constants } from 'node:os';
import {
  EventWatcher,
  IOCB_CMD_PREAD,
  IoEventArray,
  IoRangeArray,
  IocbSlab,
  RWF_NOWAIT,
  type RangeCommand,
  ReadHelper,
  SubmitThreads,
  TimedRead,
  type aio_context_t,
  io_getevents_ring,
  io_submit,
  io_submit_ranges,
} from 'aio-bind';
import {
  eventGeneration,
  eventResult,
  eventSlot,
  fillCommand,
  fillTransfer,
} from './iocb-words.js';
import type { Operation } from './operation.js';
import type { RangeBatch } from './range-batch.js';
import type { ReadBatch } from './read-batch.js';
import type { ColumnBatch } from './read-together.js';
import type { SlotList } from './slot-list.js';
import type { Sweep } from './sweep.js';

const EAGAIN = constants.errno.EAGAIN;
const NO_EVENTFD = -1;

/** 0 where the kernel takes none until something has completed; else -errno of the first. */
function refusal(error: unknown): number {
  const { errno } = error as NodeJS.ErrnoException;
  if (errno === undefined) throw error;
  return errno === -EAGAIN ? 0 : errno;
}

/** What may not wait. */
function nowait(aio_lio_opcode: number, tag: number): RangeCommand {
  return { aio_lio_opcode, aio_rw_flags: RWF_NOWAIT, tag };
}

interface PortOptions {
  /** How many iocbs there are. */
  readonly slots: number;
  /** Threads for operations that may block. */
  readonly threads: number;
  /** Called when something has completed that was announced by the eventfd. */
  readonly onReady: () => void;
}

/**
 * What the engine has of the kernel: a context, a slab with an iocb for each slot, the ring, the eventfd
 * on the event loop, and the submit threads. It decides nothing.
 *
 * Owner: the engine. Dies with the environment, which destroys the context first.
 */
export class KernelPort {
  /** Has the times of the last {@link KernelPort.readAtOnce}. */
  readonly timedRead: TimedRead = new TimedRead();
  readonly #ctx: aio_context_t;
  readonly #slab: IocbSlab;
  readonly #events = new IoEventArray(256);
  readonly #watcher: EventWatcher;
  readonly #threads: SubmitThreads;
  /** Made when it is first of use. */
  #helper: ReadHelper | null = null;
  #holdsLoop = false;
  #hasOffloaded = false;

  constructor(ctx: aio_context_t, { slots, threads, onReady }: PortOptions) {
    this.#ctx = ctx;
    this.#slab = new IocbSlab(slots);
    this.#watcher = new EventWatcher(onReady);
    this.#threads = new SubmitThreads({ threads, watcher: this.#watcher });
  }

  /** Fills the iocb of an operation's slot. */
  prepare(operation: Operation): void {
    const { slot, opcode, fd, rwFlags, generation, address, nbytes, offset } = operation;
    fillCommand(this.#slab, slot, opcode, fd, rwFlags, this.#eventfd(operation.unannounced));
    fillTransfer(this.#slab, slot, generation, address, nbytes, offset);
  }

  /** Fills the iocb of a range's slot, for an attempt that may not wait. */
  prepareRange(
    slot: number,
    generation: number,
    { command, file, ranges, unannounced }: Sweep,
    range: number,
    address: number,
  ): void {
    fillCommand(this.#slab, slot, command.opcode, file.fd, RWF_NOWAIT, this.#eventfd(unannounced));
    fillTransfer(
      this.#slab,
      slot,
      generation,
      address,
      ranges.length(range),
      ranges.position(range),
    );
  }

  /**
   * io_submit(2) of the first `count`.
   *
   * @returns how many the kernel took; 0 where it takes none until something has completed (EAGAIN); -errno
   *   where it refused the first
   */
  submit(slots: SlotList, count: number): number {
    try {
      return io_submit(this.#ctx, count, this.#slab, slots.slots);
    } catch (error) {
      return refusal(error);
    }
  }

  /**
   * The same for a batch of ranges, whose results it has then. Events of others that came with theirs are
   * `columns.events`.
   *
   * @param perCall - how many go by one io_submit(2)
   */
  submitRanges({ sweep, columns, count, generation }: RangeBatch, perCall: number): number {
    const command = nowait(sweep!.command.opcode, generation);
    return this.#submitColumns(columns, count, command, perCall);
  }

  /** The same for reads that are by themselves. */
  submitReads({ columns, count, generation }: ReadBatch, perCall: number): number {
    return this.#submitColumns(columns, count, nowait(IOCB_CMD_PREAD, generation), perCall);
  }

  /** preadv2(2) for a read that is alone: bytes, or -errno. */
  readAtOnce(fd: number, address: number, nbytes: number, offset: number): number {
    return this.timedRead.try_preadv2(fd, address, nbytes, offset, RWF_NOWAIT);
  }

  /**
   * preadv2(2) for each of a batch, by this thread and another at once.
   *
   * @returns which one is late, so that {@link reapLate} has its result; -1 where all have theirs
   */
  readTogether({ columns, count }: ColumnBatch): number {
    this.#helper ??= new ReadHelper({ watcher: this.#watcher });
    return this.#helper.read(count, columns);
  }

  /** Bytes, or -errno; PENDING as long as it goes on. */
  reapLate(): number {
    return this.#helper?.late() ?? IoRangeArray.PENDING;
  }

  /**
   * Gives all of them to the submit threads.
   *
   * @param begun - what they read is on its way from the device: they are waited for one after the other
   */
  offload(slots: SlotList, begun: boolean): void {
    if (slots.length === 0) return;
    this.#hasOffloaded = true;
    this.#threads.submit(this.#ctx, this.#slab, slots.slots, slots.length, { begun });
  }

  /** Takes a slot back from the submit threads, if none has come round to it yet. */
  withdraw(slot: number): boolean {
    return this.#threads.withdraw(this.#ctx, this.#slab, slot);
  }

  /** Fills `events` from the ring, and gives how many; as many as there is room for means there may be more. */
  reap(): number {
    return io_getevents_ring(this.#ctx, this.#events.length, this.#events);
  }

  /** The same for what the kernel refused to take from a submit thread. */
  reapRefusals(): number {
    // Nothing is refused where nothing was offloaded, and asking has its price.
    return this.#hasOffloaded ? this.#threads.refused(this.#events) : 0;
  }

  /** How many events there is room for. */
  get room(): number {
    return this.#events.length;
  }

  slotOf(event: number): number {
    return this.#events.u32[eventSlot(event)] ?? -1;
  }

  generationOf(event: number): number {
    return this.#events.u32[eventGeneration(event)] ?? 0;
  }

  /** Bytes, or -errno. */
  resultOf(event: number): number {
    return this.#events.i32[eventResult(event)] ?? 0;
  }

  /** Whether the process stays for what is in flight. */
  holdLoop(hold: boolean): void {
    if (hold === this.#holdsLoop) return;
    this.#holdsLoop = hold;
    if (hold) this.#watcher.ref();
    else this.#watcher.unref();
  }

  /** Threads there are now beside the event loop's. */
  get threads(): number {
    return this.#threads.threads + (this.#helper?.threads ?? 0);
  }

  /** There is a submit thread, at work or not. */
  get hasSubmitThreads(): boolean {
    return this.#threads.threads > 0;
  }

  /** No submit thread is at work, nor has any work to come. */
  get threadsAreIdle(): boolean {
    // In this order: asked the other way round, work that a thread takes in between is in neither.
    return this.#threads.queued === 0 && this.#threads.running === 0;
  }

  #submitColumns(
    columns: IoRangeArray,
    count: number,
    command: RangeCommand,
    perCall: number,
  ): number {
    const [ctx, slab, events] = [this.#ctx, this.#slab, this.#events];
    try {
      return io_submit_ranges(ctx, count, slab, columns, command, events, { perCall });
    } catch (error) {
      return refusal(error);
    }
  }

  #eventfd(unannounced: boolean): number {
    return unannounced ? NO_EVENTFD : this.#watcher.fd;
  }
}
