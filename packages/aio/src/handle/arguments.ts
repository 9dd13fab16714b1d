// Reads the arguments of FileHandle's methods, in all of Node's overloads. Whatever is out of the
// ordinary (wrong types, nothing to transfer, positions that the kernel would refuse) is not judged
// here: it is left to Node's own method, which gives Node's own error.
import { viewBytes } from '../engine/addresses.js';
import type { Patience } from '../engine/give-up.js';

const MAX_TRANSFER = 2 ** 31 - 1;

/** A transfer that is in order. */
export interface Transfer extends Patience {
  readonly view: ArrayBufferView;
  readonly offset: number;
  readonly length: number;
  /** Where in the file; null for the descriptor's own position. */
  readonly position: number | null;
}

/** Patience as callers have it: a null stands for none, as Node takes no notice of either. */
export interface GivenPatience {
  readonly signal?: AbortSignal | null | undefined;
  readonly timeout?: number | null | undefined;
}

export interface TransferOptions extends GivenPatience {
  readonly offset?: unknown;
  readonly length?: unknown;
  readonly position?: unknown;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/**
 * Where to read: a number, or null for where the descriptor is; undefined for neither. (Not every
 * version of Node takes a bigint here for a position.)
 */
function readPosition(position: unknown): number | null | undefined {
  if (position === undefined || position === null || position === -1) return null;
  return isCount(position) ? position : undefined;
}

/** Where to write: Node takes everything but a number for the descriptor's own position. */
function writePosition(position: unknown): number | null | undefined {
  if (typeof position !== 'number') return null;
  return isCount(position) ? position : undefined;
}

/** How many bytes a view says that it has, as Node would have it. */
function saidBytes(view: ArrayBufferView): number {
  try {
    return view.byteLength;
  } catch {
    return 0;
  }
}

function transfer(
  view: ArrayBufferView,
  offset: unknown,
  length: unknown,
  position: number | null | undefined,
  options?: GivenPatience,
): Transfer | null {
  offset ??= 0;
  if (!isCount(offset)) return null;
  length ??= viewBytes(view) - offset;
  if (!isCount(length) || length === 0 || length > MAX_TRANSFER) return null;
  if (position === undefined) return null;
  // One that says that it has more than it has would end the process in Node: it is refused when it begins.
  if (offset + length > viewBytes(view) && offset + length > saidBytes(view)) return null;
  if (position !== null && position > Number.MAX_SAFE_INTEGER - length) return null;
  if (options === undefined) return { view, offset, length, position };
  const { signal, timeout } = patienceOf(options);
  return { view, offset, length, position, signal, timeout };
}

/**
 * `read(buffer, offset, length, position)`, `read(buffer, options)`, `read(options)`, `read()`
 *
 * @returns null also where the caller's options throw when they are looked at: Node will hear that, too
 */
export function readArguments(
  first: unknown,
  second: unknown,
  length: unknown,
  position: unknown,
): Transfer | null {
  try {
    return toRead(first, second, length, position);
  } catch {
    return null;
  }
}

function toRead(
  first: unknown,
  second: unknown,
  length: unknown,
  position: unknown,
): Transfer | null {
  if (ArrayBuffer.isView(first)) {
    if (typeof second !== 'object' || second === null) {
      return transfer(first, second, length, readPosition(position));
    }
    const options = second as TransferOptions;
    const { offset, length: wanted, position: where } = options;
    return transfer(first, offset, wanted, readPosition(where), options);
  }
  if (first !== undefined && (typeof first !== 'object' || Array.isArray(first))) return null;
  const options = (first ?? {}) as TransferOptions & { readonly buffer?: unknown };
  const { buffer = Buffer.alloc(16384), offset, length: wanted, position: where } = options;
  if (!ArrayBuffer.isView(buffer)) return null;
  return transfer(buffer, offset, wanted, readPosition(where), options);
}

/** `write(buffer, offset, length, position)`, `write(buffer, options)`, in the same way */
export function writeArguments(
  view: ArrayBufferView,
  second: unknown,
  length: unknown,
  position: unknown,
): Transfer | null {
  try {
    return toWrite(view, second, length, position);
  } catch {
    return null;
  }
}

function toWrite(
  view: ArrayBufferView,
  second: unknown,
  length: unknown,
  position: unknown,
): Transfer | null {
  if (typeof second !== 'object') {
    return transfer(
      view,
      second,
      typeof length === 'number' ? length : null,
      writePosition(position),
    );
  }
  // A null is options, unlike in reading.
  const options = (second ?? {}) as TransferOptions;
  const { offset, length: wanted, position: where } = options;
  return transfer(
    view,
    offset,
    typeof wanted === 'number' ? wanted : null,
    writePosition(where),
    options,
  );
}

/**
 * `write(string, position, encoding)`: the position, or undefined where Node is to judge.
 */
export function stringPosition(
  text: string,
  position: unknown,
  encoding: unknown,
): number | null | undefined {
  // Node also checks that a hex string has an even length.
  const known = encoding === undefined || encoding === null || encoding === 'utf8';
  return text === '' || !known ? undefined : writePosition(position);
}

/** What options say of it. */
export function patienceOf(options: unknown): Patience {
  if (typeof options !== 'object' || options === null) return {};
  // Once: what the caller's object says may differ the next time.
  const { signal, timeout } = options as GivenPatience;
  return { signal: signal ?? undefined, timeout: timeout ?? undefined };
}

/** `readv(buffers, position)`, `writev(buffers, position)` */
export function vectorPosition(buffers: unknown, position: unknown): number | null | undefined {
  // The kernel takes no more in one operation; Node makes several of it.
  if (!Array.isArray(buffers) || buffers.length === 0 || buffers.length > 1024) return undefined;
  // Not by every(), which passes over what is missing in a sparse array: Node does not.
  for (const buffer of buffers as unknown[]) if (!ArrayBuffer.isView(buffer)) return undefined;
  return writePosition(position);
}
