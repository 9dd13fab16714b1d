// Reads, writes and syncs of plain descriptors, with callbacks. Whatever is out of the ordinary is left
// to Node's own functions, whose errors are Node's own.
import nodeFs from 'node:fs';
import { isPatient } from '../engine/give-up.js';
import {
  type Transfer,
  readArguments,
  stringPosition,
  vectorPosition,
  writeArguments,
} from '../handle/arguments.js';
import {
  readAtPosition,
  readvAtPosition,
  writeAtPosition,
  writevAtPosition,
} from '../handle/at-position.js';
import { startSync } from '../handle/transfers.js';
import { callBack, promisifiedLike, splitCallback } from './callback.js';
import { servedDescriptor, servedForWriting } from './descriptors.js';

type NodeFunction = (...args: unknown[]) => void;

/** Node's `read` and `write` that call back know of no signal, nor of a time limit: only those of a handle do. */
function ofAnyPatience(wanted: Transfer | null): Transfer | null {
  if (wanted === null || isPatient(wanted)) return wanted;
  const { view, offset, length, position } = wanted;
  return { view, offset, length, position };
}

/** A length that is given as none is 0 here, while a handle's `read` takes it for all. */
function saysNoLength(before: readonly unknown[]): boolean {
  const [first, second, length] = before;
  if (before.length === 4) return length === undefined || length === null;
  const options = ArrayBuffer.isView(first) ? second : first;
  return (options as { readonly length?: unknown } | null | undefined)?.length === null;
}

/** `read(fd, buffer, offset, length, position)`, `(fd, buffer, options)`, `(fd, options)`, `(fd)` */
function readWanted(before: readonly unknown[]): Transfer | null {
  const [first, second, length, position] = before;
  const options = typeof second === 'object' && second !== null;
  if (saysNoLength(before)) return null;
  if (before.length === 4) return options ? null : readArguments(first, second, length, position);
  if (before.length === 2 && !options) return null;
  return before.length <= 2 ? readArguments(first, second, undefined, undefined) : null;
}

function readAny(fd: unknown, ...args: unknown[]): void {
  const split = splitCallback(args);
  const wanted = split && ofAnyPatience(readWanted(split[0]));
  const served = wanted && servedDescriptor(fd);
  if (split === null || wanted === null || served === null) {
    (nodeFs.read as NodeFunction)(fd, ...args);
    return;
  }
  const { view } = wanted;
  callBack(readAtPosition(served, wanted), split[1], ({ bytesRead }) => [bytesRead, view], [
    0,
    view,
  ]);
}

/** `write(fd, buffer, offset, length, position)`, `(fd, buffer, options)`, `(fd, text, position, encoding)` */
function writeWanted([first, second, third, position]: readonly unknown[]): Transfer | null {
  if (ArrayBuffer.isView(first)) return writeArguments(first, second, third, position);
  // Node takes the first function for the callback.
  if (typeof first !== 'string' || typeof second === 'function') return null;
  const where = stringPosition(first, second, third);
  if (where === undefined) return null;
  const view = Buffer.from(first);
  return { view, offset: 0, length: view.length, position: where };
}

function writeAny(fd: unknown, ...args: unknown[]): void {
  const split = splitCallback(args);
  const wanted = split && ofAnyPatience(writeWanted(split[0]));
  const served = wanted && servedForWriting(fd);
  if (split === null || wanted === null || served === null) {
    (nodeFs.write as NodeFunction)(fd, ...args);
    return;
  }
  const [written] = args;
  callBack(
    writeAtPosition(served, wanted),
    split[1],
    ({ bytesWritten }) => [bytesWritten, written],
    [0, written],
  );
}

function readvAny(fd: unknown, ...args: unknown[]): void {
  const split = splitCallback(args);
  const [buffers, position] = split?.[0] ?? [];
  const where = vectorPosition(buffers, position);
  const served = where === undefined ? null : servedDescriptor(fd);
  if (split === null || where === undefined || served === null) {
    (nodeFs.readv as NodeFunction)(fd, ...args);
    return;
  }
  callBack(
    readvAtPosition(served, buffers as ArrayBufferView[], where, {}),
    split[1],
    ({ bytesRead }) => [bytesRead, buffers],
    [0, buffers],
  );
}

function writevAny(fd: unknown, ...args: unknown[]): void {
  const split = splitCallback(args);
  const [buffers, position] = split?.[0] ?? [];
  const where = vectorPosition(buffers, position);
  const served = where === undefined ? null : servedForWriting(fd);
  if (split === null || where === undefined || served === null) {
    (nodeFs.writev as NodeFunction)(fd, ...args);
    return;
  }
  callBack(
    writevAtPosition(served, buffers as ArrayBufferView[], where, {}),
    split[1],
    ({ bytesWritten }) => [bytesWritten, buffers],
    [0, buffers],
  );
}

function syncAny(fd: unknown, callback: unknown, dataOnly: boolean): void {
  const served = typeof callback === 'function' ? servedDescriptor(fd) : null;
  if (served === null) {
    ((dataOnly ? nodeFs.fdatasync : nodeFs.fsync) as NodeFunction)(fd, callback);
    return;
  }
  const { engine, file } = served;
  callBack(startSync(engine, file, dataOnly), callback as () => void, () => []);
}

type Fs = typeof nodeFs;

export const read: Fs['read'] = promisifiedLike(nodeFs.read, readAny as Fs['read']);
export const write: Fs['write'] = promisifiedLike(nodeFs.write, writeAny as Fs['write']);
export const readv: Fs['readv'] = promisifiedLike(nodeFs.readv, readvAny as Fs['readv']);
export const writev: Fs['writev'] = promisifiedLike(nodeFs.writev, writevAny as Fs['writev']);
export const fsync: Fs['fsync'] = ((fd: unknown, callback: unknown) => {
  syncAny(fd, callback, false);
}) as Fs['fsync'];
export const fdatasync: Fs['fdatasync'] = ((fd: unknown, callback: unknown) => {
  syncAny(fd, callback, true);
}) as Fs['fdatasync'];
