import { expect } from 'vitest';

/** Errors of Node's shape for bad arguments, for `toThrow`. */
export const wrongType: unknown = expect.objectContaining({
  name: 'TypeError',
  code: 'ERR_INVALID_ARG_TYPE',
});

export const outOfRange: unknown = expect.objectContaining({
  name: 'RangeError',
  code: 'ERR_OUT_OF_RANGE',
});

/** And for what the kernel refuses. */
export const refusal = (code: string, syscall: string): unknown =>
  expect.objectContaining({ name: 'Error', code, syscall });

/** Passes anything where the compiler would not. */
export const wrong = (value: unknown): never => value as never;

/** The cases of `test.for`, one value each, so that titles show every kind of value. */
export const each = <const T extends readonly unknown[]>(...values: T): (readonly [T[number]])[] =>
  values.map((value) => [value]);
