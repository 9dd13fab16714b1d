// Errors for bad arguments, in Node's shape: for what Node has no method of its own to judge.
import { inspect } from 'node:util';

/** What was given is of the wrong type. */
export function invalidArgument(name: string, wanted: string, given: unknown): TypeError {
  const text = `The "${name}" argument must be ${wanted}. Received ${inspect(given, { depth: 0 })}`;
  return Object.assign(new TypeError(text), { code: 'ERR_INVALID_ARG_TYPE' });
}

/** What was given is too much, too little, or no whole number. */
export function outOfRange(name: string, wanted: string, given: unknown): RangeError {
  const text = `The value of "${name}" is out of range. It must be ${wanted}. Received ${inspect(given, { depth: 0 })}`;
  return Object.assign(new RangeError(text), { code: 'ERR_OUT_OF_RANGE' });
}

export function checkView(name: string, value: unknown): void {
  if (!ArrayBuffer.isView(value)) {
    throw invalidArgument(name, 'an instance of Buffer, TypedArray or DataView', value);
  }
}
