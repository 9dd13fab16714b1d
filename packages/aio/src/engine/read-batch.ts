import type { Channel } from 'node:diagnostics_channel';
import { IoRangeArray, errnoError } from 'aio-bind';
import { viewAddress } from './addresses.js';
import { CHUNK_BYTES, CHUNK_OPERATIONS } from './chunk.js';
import { READ } from './commands.js';
import { BUFFERED_READ } from './device.js';
import type { OpenFile } from './open-file.js';
import type { Operation } from './operation.js';
import { OwnPromise, chain } from './own-promise.js';
import { ownScope } from './own-scope.js';
import type { ColumnBatch } from './read-together.js';

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
export class ReadBatch implements ColumnBatch {
  readonly columns: IoRangeArray = new IoRangeArray(CHUNK_OPERATIONS);
  /** The high half of each `aio_data`. */
  generation = 0;
  /** When the first was asked for, in ms, as performance.now() has it. */
  began = 0;
  /** How many there are. */
  count = 0;
  isHelped = false;
  late = -1;
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

  /** Something is remembered: of reads, or of whoever had it made. */
  #isUsed = true;
  /** How many have a promise, or are being given one. */
  #promised = 0;
  /** How many have been given their result. */
  #given = 0;
  /**
   * What all promises hang on: there before the first is asked for, which may be where there is no stack left to
   * make it.
   */
  #ended: Promise<void>;
  #end: (() => void) | null = null;
  /** Made once, as every function that is made for each read costs as much as its iocb. */
  readonly #keepEnd = (end: () => void): void => {
    this.#end = end;
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
    this.#ended = this.#begin();
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
   * @param address - where the view begins: {@link addressOf}
   * @param slot - reserved for it
   * @param position - where in the file it begins, in bytes
   */
  add(
    file: OpenFile,
    { view, offset, length }: ReadInto,
    address: number,
    slot: number,
    position: number,
  ): Promise<Read> {
    const { columns } = this;
    let promise: Promise<Read>;
    this.#promised++;
    this.#isUsed = true;
    try {
      promise = chain(this.#ended, this.#giveNext);
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
    columns.aio_buf[index] = address + offset;
    this.#lastViews[index] = view;
    this.#lastAddresses[index] = address;
    columns.aio_nbytes[index] = length;
    columns.aio_offset[index] = position;
    return promise;
  }

  /** Whether all are of devices where such reads are known to end in line. */
  isKnownToEndInLine(): boolean {
    for (let i = 0; i < this.count; i++) {
      if (!this.file(i).device.isKnownToEndInLine(BUFFERED_READ)) return false;
    }
    return true;
  }

  /** That is known of their devices from now on. */
  noteEndsInLine(): void {
    for (let i = 0; i < this.count; i++) this.file(i).device.endsInLine |= BUFFERED_READ;
  }

  /** Lets go of the views of reads that have ended, and of what the last to ask had in its AsyncLocalStorage. */
  forget(): void {
    if (!this.#isUsed || this.#promised > 0) return;
    this.#isUsed = false;
    this.#lastViews.fill(null);
    this.#ended = ownScope.runInAsyncScope(this.#begin, this);
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
    const promise = new OwnPromise<Read>((resolve, reject) => {
      operation.resolve = resolve as (value: unknown) => void;
      operation.reject = reject;
    });
    operation.promise = promise;
    columns.res[index] = IoRangeArray.PENDING;
    this.#goingOn[index] = promise;
    this.#files[index] = null;
  }

  /** Tells those who have come to trace meanwhile of what has ended. */
  announce(channel: Channel): void {
    const { res, aio_fildes, aio_nbytes, aio_offset } = this.columns;
    for (let i = 0; i < this.count; i++) {
      const result = res[i]!;
      if (this.#files[i] === null) continue;
      const [fd, offset, bytes] = [aio_fildes[i], aio_offset[i], aio_nbytes[i]];
      channel.publish({ syscall: READ.syscall, fd, offset, bytes, result });
    }
  }

  /** Gives every read what is in `columns.res`, or what it goes on as; files of which nothing goes on let it end. */
  settle(): void {
    const { count } = this;
    const end = this.#end;
    // Until it is empty it takes no more.
    end?.();
    for (let i = 0; i < count; i++) {
      const file = this.#files[i];
      this.#files[i] = null;
      file?.end();
    }
  }

  /** Those who read over and over again do so in the same order, mostly: so what stood in the same place may be known. */
  addressOf(view: ArrayBufferView): number {
    const index = this.#promised;
    return this.#lastViews[index] === view ? this.#lastAddresses[index]! : viewAddress(view);
  }

  /** @throws RangeError - there is no stack left: a promise whose executor fails so is rejected, and nobody could settle it */
  #begin(): Promise<void> {
    this.#end = null;
    const ended = new OwnPromise<void>(this.#keepEnd);
    if ((this.#end as (() => void) | null) !== null) return ended;
    void chain(ended, undefined, () => undefined);
    throw new RangeError('Maximum call stack size exceeded');
  }

  #drained(): void {
    this.count = this.bytes = this.#promised = this.#given = 0;
    this.#ended = this.#begin();
    this.#onDrained(this);
  }
}
