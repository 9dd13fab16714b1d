import { type ReadStream, fstatSync } from 'node:fs';
import { constants } from 'node:os';
import { SEEK_CUR, SEEK_END, SEEK_SET, errnoError, lseek } from 'aio-bind';
import { claimStack, stackRefusal } from '../engine/claim-stack.js';
import { type Patience, isPatient, unlessGivenUp, withinOneLimit } from '../engine/give-up.js';
import { syncHeard } from '../engine/unheard-syncs.js';
import { readManyRanges, writeManyRanges } from '../many/many.js';
import type { ManyResult } from '../many/many-result.js';
import { readAheadFor } from '../streams/reading.js';
import {
  patienceOf,
  readArguments,
  stringPosition,
  vectorPosition,
  writeArguments,
} from './arguments.js';
import {
  readAtPosition,
  readvAtPosition,
  writeAtPosition,
  writeTextAtPosition,
  writevAtPosition,
} from './at-position.js';
import { FileSlice, type Readable } from './file-slice.js';
import { eachBeforeSync, isIterable } from './pieces.js';
import {
  type ServedHandle,
  byNodeAlone,
  byNodeAloneToWrite,
  byNodeBehindWrites,
  servedNow,
} from './served.js';
import { startSync } from './transfers.js';
import {
  isReadable,
  patienceWithNode,
  readWhole,
  wholeBytes,
  wholeOptions,
  wholeReadOptions,
  writeWhole,
} from './whole-file.js';

/** The methods that are ours, as bare as JavaScript has them: their overloads are Node's to type. */
export interface TransferMethods {
  readonly fd: number;
  read(...args: unknown[]): Promise<unknown>;
  write(...args: unknown[]): Promise<unknown>;
  readv(buffers: unknown, position?: unknown, options?: unknown): Promise<object>;
  writev(buffers: unknown, position?: unknown, options?: unknown): Promise<object>;
  sync(): Promise<unknown>;
  datasync(): Promise<unknown>;
  readFile(options?: unknown): Promise<unknown>;
  writeFile(data: unknown, options?: unknown): Promise<unknown>;
  appendFile(data: unknown, options?: unknown): Promise<unknown>;
  readableWebStream(options?: object): unknown;
  createReadStream(options?: unknown): ReadStream;
}

export interface FileHandleClass {
  new (): TransferMethods;
  readonly prototype: TransferMethods;
}

/**
 * Node's FileHandle with its reads, writes and syncs by kernel AIO. Everything else is inherited, and
 * whatever is out of the ordinary is left to the inherited methods, whose errors are Node's own.
 *
 * A class over a class, since Node does not export its own: it is met with the first handle.
 */
export function classOver(Base: FileHandleClass): FileHandleClass {
  return class AioFileHandle extends Base {
    override read(
      first?: unknown,
      second?: unknown,
      length?: unknown,
      position?: unknown,
    ): Promise<unknown> {
      const served = servedNow(this);
      const wanted = served && readArguments(first, second, length, position);
      if (served !== null && wanted !== null) return readAtPosition(served, wanted);
      return byNode(this, ArrayBuffer.isView(first) ? second : first, () =>
        byNodeAlone(this, () => super.read(first, second, length, position)),
      );
    }

    override write(
      first: unknown,
      second?: unknown,
      third?: unknown,
      position?: unknown,
    ): Promise<unknown> {
      const served = servedNow(this);
      if (served !== null) {
        if (ArrayBuffer.isView(first)) {
          const wanted = writeArguments(first, second, third, position);
          if (wanted !== null) return writeAtPosition(served, wanted);
        } else if (typeof first === 'string') {
          const where = stringPosition(first, second, third);
          if (where !== undefined) return writeTextAtPosition(served, first, where);
        }
      }
      return byNode(this, second, () =>
        byNodeAloneToWrite(this, () => super.write(first, second, third, position)),
      );
    }

    override readv(buffers: unknown, position?: unknown, options?: unknown): Promise<object> {
      const served = servedNow(this);
      const where = vectorPosition(buffers, position);
      const patience = patienceOf(options);
      if (served !== null && where !== undefined) {
        return readvAtPosition(served, buffers as ArrayBufferView[], where, patience);
      }
      return byNode(this, options, () => byNodeAlone(this, () => super.readv(buffers, position)));
    }

    override writev(buffers: unknown, position?: unknown, options?: unknown): Promise<object> {
      const served = servedNow(this);
      const where = vectorPosition(buffers, position);
      const patience = patienceOf(options);
      if (served !== null && where !== undefined) {
        return writevAtPosition(served, buffers as ArrayBufferView[], where, patience);
      }
      return byNode(this, options, () =>
        byNodeAloneToWrite(this, () => super.writev(buffers, position)),
      );
    }

    override async sync(options?: unknown): Promise<unknown> {
      const served = servedNow(this);
      const patience = patienceOf(options);
      if (served === null) {
        const work = (): Promise<unknown> => byNodeBehindWrites(this, () => super.sync());
        return this.fd === -1 ? work() : syncHeard(this, patience, work);
      }
      await syncHeard(this, patience, () => startSync(served.engine, served.file, false));
      return writesAreHeard();
    }

    override async datasync(options?: unknown): Promise<unknown> {
      const served = servedNow(this);
      const patience = patienceOf(options);
      if (served === null) {
        const work = (): Promise<unknown> => byNodeBehindWrites(this, () => super.datasync());
        return this.fd === -1 ? work() : syncHeard(this, patience, work);
      }
      await syncHeard(this, patience, () => startSync(served.engine, served.file, true));
      return writesAreHeard();
    }

    override async readFile(options?: unknown): Promise<unknown> {
      const served = servedNow(this);
      const wanted = served && wholeReadOptions(options);
      claimStack();
      if (served === null || wanted === null || !isReadable(served.file)) {
        const read = (): Promise<unknown> => byNodeAlone(this, () => super.readFile(options));
        return byNode(this, options, read, patienceWithNode);
      }
      const bytes = await readWhole(served, wanted);
      return wanted.encoding === null ? bytes : bytes.toString(wanted.encoding);
    }

    override writeFile(data: unknown, options?: unknown): Promise<unknown> {
      return writeAll(this, data, options, (...all) => super.writeFile(...all));
    }

    override appendFile(data: unknown, options?: unknown): Promise<unknown> {
      return writeAll(this, data, options, (...all) => super.appendFile(...all));
    }

    override createReadStream(options?: unknown): ReadStream {
      return readAheadFor(this, super.createReadStream(options));
    }

    readMany(ranges: unknown, options?: unknown): Promise<ManyResult> {
      if (this.fd === -1) return fails(super.read(new Uint8Array(1), 0, 1, 0));
      const nodeRead = super.read.bind(this);
      return readManyRanges(servedNow(this), nodeRead, ranges, patienceOf(options));
    }

    writeMany(ranges: unknown, options?: unknown): Promise<ManyResult> {
      if (this.fd === -1) return fails(super.write(new Uint8Array(1), 0, 1, 0));
      const nodeWrite = super.write.bind(this);
      return writeManyRanges(servedNow(this), nodeWrite, ranges, patienceOf(options));
    }

    slice(start?: number, end?: number): FileSlice {
      if (this.fd === -1) throw errnoError(-constants.errno.EBADF, 'fstat');
      return new FileSlice(this as unknown as Readable, 0, sizeNow(this.fd)).slice(start, end);
    }
  };
}

/** In bytes. It is waited for, as what is asked for has to be known at once. */
function sizeNow(fd: number): number {
  const stats = fstatSync(fd);
  if (!stats.isBlockDevice()) return stats.size;
  // Only this tells it.
  const position = lseek(fd, 0, SEEK_CUR);
  const size = lseek(fd, 0, SEEK_END);
  lseek(fd, position, SEEK_SET);
  return size;
}

/** Whoever waits for a write hears of it before the sync that waited for it, also where it failed: {@link rejectAtAwait}. */
async function writesAreHeard(): Promise<undefined> {
  // Two jobs: that of a string at a position comes by way of one function more (at-position.ts).
  await Promise.resolve();
  await Promise.resolve();
  return undefined;
}

/** For a call on a handle that is closed: why, in Node's words. */
async function fails(call: Promise<unknown>): Promise<never> {
  await call;
  throw errnoError(-constants.errno.EBADF, 'read');
}

/** What Node does for a handle of ours, whose callers may give up on it all the same. Whether the rest is in order is Node's to say. */
function byNode<T>(
  handle: ServedHandle,
  options: unknown,
  work: () => Promise<T>,
  patienceOfCaller = patienceOf,
): Promise<T> {
  if (handle.fd === -1 || servedNow(handle) !== null) return work();
  let patience: Patience = {};
  try {
    patience = patienceOfCaller(options);
  } catch {
    // A getter of the caller's: Node looks at what concerns it by itself.
  }
  return unlessGivenUp(patience, work);
}

function writeAll(
  handle: ServedHandle,
  data: unknown,
  options: unknown,
  nodeWrite: (data: unknown, options: unknown) => Promise<unknown>,
): Promise<unknown> {
  const served = servedNow(handle);
  if (served === null) {
    const write = (): Promise<unknown> => nodeWrite(data, options);
    // What is iterated over may use the handle itself.
    const inTurn = (): Promise<unknown> =>
      isIterable(data) ? write() : byNodeAloneToWrite(handle, write);
    return byNode(handle, options, inTurn, patienceWithNode);
  }
  const noStack = stackRefusal();
  if (noStack !== null) return noStack;
  const wanted = wholeOptions(options, 'utf8');
  const bytes = wanted && wholeBytes(data, wanted.encoding ?? 'utf8');
  if (wanted !== null && bytes !== null) return writeWhole(served, bytes, wanted);
  // Not in a turn of its own: what is iterated over may use the handle itself. Node knows of signals.
  const isInPieces = isIterable(data);
  const whole = isInPieces ? eachBeforeSync(data, served.file.writes) : data;
  const writing =
    wanted === null || isPatient({ timeout: wanted.timeout })
      ? nodeWrite(whole, options)
      : withinOneLimit(wanted, ({ signal }) =>
          nodeWrite(whole, { ...(options as object), signal }),
        );
  return isInPieces ? writing : served.file.position.beforeSync(writing);
}
