// Bad arguments are refused with errors of Node's shape: what was wrong, and what would be right.
import { inspect } from 'node:util';

export function invalidType(name: string, expected: string, value: unknown): TypeError {
  const error = new TypeError(
    `The "${name}" argument must be ${expected}. Received ${inspect(value, { depth: -1 })}`,
  );
  return Object.assign(error, { code: 'ERR_INVALID_ARG_TYPE' });
}

export function outOfRange(name: string, range: string, value: unknown): RangeError {
  const error = new RangeError(
    `The value of "${name}" is out of range. It must be ${range}. Received ${inspect(value)}`,
  );
  return Object.assign(error, { code: 'ERR_OUT_OF_RANGE' });
}

export function checkObject(name: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) throw invalidType(name, 'an object', value);
}

export function checkArray(name: string, value: unknown): void {
  if (!Array.isArray(value)) throw invalidType(name, 'an array', value);
}

/** An integer `number` within [min, max]. */
export function checkInteger(name: string, value: number, min: number, max: number): void {
  if (typeof value !== 'number') throw invalidType(name, 'of type number', value);
  if (!Number.isInteger(value)) throw outOfRange(name, 'an integer', value);
  if (value < min || value > max) {
    throw outOfRange(name, `>= ${min} and <= ${max}`, value);
  }
}

/** A 64-bit field, given as an integer `number` or a `bigint` within [min, max]. */
export function toBigInt(name: string, value: number | bigint, min: bigint, max: bigint): bigint {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw outOfRange(name, 'a safe integer or a bigint', value);
    value = BigInt(value);
  } else if (typeof value !== 'bigint') {
    throw invalidType(name, 'of type number or bigint', value);
  }
  if (value < min || value > max) throw outOfRange(name, `>= ${min}n and <= ${max}n`, value);
  return value;
}

export const MAX_U64: bigint = 2n ** 64n - 1n;
export const MIN_S64: bigint = -(2n ** 63n);
export const MAX_S64: bigint = 2n ** 63n - 1n;
export const MAX_U32: number = 2 ** 32 - 1;
export const MIN_S32: number = -(2 ** 31);
