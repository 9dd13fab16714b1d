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

/** An Error with a code, for what is wrong about the state of things rather than an argument. */
export function stateError(code: string, message: string): NodeJS.ErrnoException {
  return Object.assign(new Error(message), { code });
}

/** For a buffer that has less memory than is asked for. */
export function memoryIsGone(): TypeError {
  const error = new TypeError(
    'The buffer was detached, has shrunk, or says that it has more bytes than it has',
  );
  return Object.assign(error, { code: 'ERR_INVALID_STATE' });
}

/** An integer within [min, max]. */
export function checkInteger(
  name: string,
  value: unknown,
  min: number,
  max: number,
): asserts value is number {
  if (typeof value !== 'number') throw invalidType(name, 'of type number', value);
  if (!Number.isInteger(value)) throw outOfRange(name, 'an integer', value);
  if (value < min || value > max) throw outOfRange(name, `>= ${min} and <= ${max}`, value);
}

export function checkObject(name: string, value: unknown): asserts value is object {
  if (typeof value !== 'object' || value === null) throw invalidType(name, 'an object', value);
}

/** For an option whose value is of the right type, but cannot be. */
export function invalidValue(name: string, reason: string, value: unknown): TypeError {
  const error = new TypeError(
    `The property '${name}' ${reason}. Received ${inspect(value, { depth: -1 })}`,
  );
  return Object.assign(error, { code: 'ERR_INVALID_ARG_VALUE' });
}
