import { IoRangeArray, errnoError } from 'aio-bind';
import { viewAddress } from './addresses.js';
import { CHUNK_BYTES, CHUNK_OPERATIONS } from './chunk.js';
import { READ } from './commands.js';
import type { OpenFile } from './open-file.js';
import type { Operation } from './operation.js';

/** As it is now: what replaces it later may call us back in the midst of it. */
const then = Reflect.get(Promise.prototype, 'then') as (
  this: Promise<void>,
  callback: () => Read | Promise<Read>,
) => Promise<Read>;

/** What a read resolves to, as Node has it. */
export interface Read {
  readonly bytesRead: number;
  readonly buffer: ArrayBufferView;
}

/** What is asked for: a part of a view. */
export interface ReadInto {
  readonly view: ArrayBufferView;
  /** Where in the view it begins, in bytes. */
  readonly offset: number;
  /** In bytes. */
  readonly length: number;
}

/**
 * Reads that are expected to end in line: the addon fills their iocbs, submits them and gives their results in one
 * call, and one promise, which those of all of them hang on, settles them. So nothing is made for a read but its own
 * promise and its result.
 *
 * Owner: the queue, which uses it again once every read has been given its result.
 */
export class ReadBatch {
  readonly columns: IoRangeArray = new IoRangeArray(CHUNK_OPERATIONS);
  /** The high half of each `aio_data`. */
  generation = 0;
  /** When the first was asked for, in ms, as performance.now() has it. */
  began = 0;
  /** How many there are. */
  count = 0;
  /** Each has been read in full. */
  isWhole = false;
  /** How many events of others were collected with theirs. */
  others = 0;
  /** Of all of them together. */
  bytes = 0;

  readonly #files = new Array<OpenFile | null>(CHUNK_OPERATIONS).fill(null);
  readonly #views = new Array<ArrayBufferView | null>(CHUNK_OPERATIONS).fill(null);
  /** Where in its view each begins. */
  readonly #viewOffsets = new Array<number>(CHUNK_OPERATIONS).fill(0);
  /** What those become that have not ended in line. */
  readonly #goingOn = new Array<Promise<Read> | null>(CHUNK_OPERATIONS).fill(null);
  readonly #onDrained: (batch: ReadBatch) => void;
  /** What each place had before, and where that is. */
  readonly #lastViews = new Array<ArrayBufferView | null>(CHUNK_OPERATIONS).fill(null);
  readonly #lastAddresses = new Array<number>(CHUNK_OPERATIONS).fill(0);

  /** How many have a promise, or are being given one. */
  #promised = 0;
  /** How many have been given their result. */
  #given = 0;
  /** What all promises hang on. */
  #ended: Promise<void> | null = null;
  #end: (() => void) | null = null;
  /** Made once, as every function that is made for each read costs as much as its iocb. */
  readonly #keepEnd = (end: () => void): void => {
    // A hook for new promises may have begun another read, and with it this batch.
    this.#end ??= end;
  };
  /** What has come of the next: promises that hang on one are called in the order in which they were hung there. */
  readonly #giveNext = (): Read | Promise<Read> => {
    const index = this.#given++;
    const bytesRead = this.columns.res[index]!;
    const buffer = this.#views[index]!;
    const goesOn = this.#goingOn[index] ?? null;
    this.#views[index] = null;
    if (this.#given === this.count) this.#drained();
    if (bytesRead >= 0) return { bytesRead, buffer };
    if (goesOn !== null) {
      this.#goingOn[index] = null;
      return goesOn;
    }
    // Made here, where V8 shows in its stack who awaits the read.
    const error = errnoError(bytesRead, READ.syscall);
    Error.captureStackTrace(error, this.#giveNext);
    throw error;
  };

  /** @param onDrained - called when it is empty again */
  constructor(onDrained: (batch: ReadBatch) => void) {
    this.#onDrained = onDrained;
  }

  /** Whether a read of so many bytes may go with those that there are. */
  takes(bytes: number): boolean {
    if (this.#promised === 0) return true;
    return this.#promised < CHUNK_OPERATIONS && this.bytes + bytes <= CHUNK_BYTES;
  }

  /** Whether it may be submitted: there are some, and none is just being added. */
  get isReady(): boolean {
    return this.count > 0 && this.count === this.#promised;
  }

  /**
   * Adds a read.
   *
   * @param slot - reserved for it
   * @param position - where in the file it begins, in bytes
   */
  add(
    file: OpenFile,
    { view, offset, length }: ReadInto,
    slot: number,
    position: number,
  ): Promise<Read> {
    const { columns } = this;
    const address = this.#addressOf(view) + offset;
    let promise: Promise<Read>;
    this.#promised++;
    try {
      this.#ended ??= this.#begin();
      promise = then.call(this.#ended, this.#giveNext);
    } catch (error) {
      this.#promised--;
      throw error;
    }
    // Whoever hooks promises may have added others meanwhile: these hang before it, and stand before it. Nothing is
    // called from here on, so nothing fails, for want of stack either.
    const index = this.count++;
    this.bytes += length;
    this.#files[index] = file;
    this.#views[index] = view;
    this.#viewOffsets[index] = offset;
    columns.slot[index] = slot;
    columns.aio_fildes[index] = file.fd;
    columns.aio_buf[index] = address;
    this.#lastViews[index] = view;
    this.#lastAddresses[index] = address - offset;
    columns.aio_nbytes[index] = length;
    columns.aio_offset[index] = position;
    return promise;
  }

  /** Lets go of the views of reads that have ended. */
  forget(): void {
    this.#lastViews.fill(null);
  }

  file(index: number): OpenFile {
    return this.#files[index]!;
  }

  /** Has a read go on as an operation: fills that in. */
  goOn(index: number, operation: Operation): void {
    const { columns } = this;
    operation.command = READ;
    operation.file = this.#files[index]!;
    operation.memory = this.#views[index]!;
    operation.viewOffset = this.#viewOffsets[index]!;
    operation.address = columns.aio_buf[index]!;
    operation.nbytes = operation.bytes = columns.aio_nbytes[index]!;
    operation.offset = columns.aio_offset[index]!;
    operation.began = this.began;
    operation.generation = this.generation;
    const promise = new Promise<Read>((resolve, reject) => {
      operation.resolve = resolve as (value: unknown) => void;
      operation.reject = reject;
    });
    operation.promise = promise;
    columns.res[index] = IoRangeArray.PENDING;
    this.#goingOn[index] = promise;
    this.#files[index] = null;
  }

  /** Gives every read what is in `columns.res`, or what it goes on as; files of which nothing goes on let it end. */
  settle(): void {
    const { count } = this;
    const end = this.#end;
    this.#ended = this.#end = null;
    end?.();
    for (let i = 0; i < count; i++) {
      const file = this.#files[i];
      this.#files[i] = null;
      file?.end();
    }
  }

  /** Those who read over and over again do so in the same order, mostly: so what stood in the same place may be known. */
  #addressOf(view: ArrayBufferView): number {
    const index = this.#promised;
    return this.#lastViews[index] === view ? this.#lastAddresses[index]! : viewAddress(view);
  }

  #begin(): Promise<void> {
    const ended = new Promise<void>(this.#keepEnd);
    return this.#ended ?? ended;
  }

  #drained(): void {
    this.count = this.bytes = this.#promised = this.#given = 0;
    this.#onDrained(this);
  }
}
