import fc from 'fast-check';
import * as random from './random-value.js';
import type { Recipe } from './random-value.js';

/** A method of a FileHandle and its arguments. */
export interface Call {
  readonly method: string;
  readonly args: readonly Recipe[];
}

const { anything, encoding, length, list, offset, options, readPosition, text, view } = random;
const { iterable, signal, value, writePosition } = random;

const call = (method: string, ...args: fc.Arbitrary<Recipe>[]): fc.Arbitrary<Call> =>
  fc.record({ method: fc.constant(method), args: fc.tuple(...args) });

/** The same with the last arguments left out, at random. */
const withSome = (method: string, ...args: fc.Arbitrary<Recipe>[]): fc.Arbitrary<Call> =>
  fc
    .tuple(call(method, ...args), fc.nat(args.length))
    .map(([{ args: all }, left]) => ({ method, args: all.slice(0, args.length - left) }));

const where = { offset, length, position: readPosition };
const whereTo = { offset, length, position: writePosition };
const readFileOptions = { encoding, signal, flag: value('r', 'w', 5) };
const writeFileOptions = {
  encoding,
  signal,
  flush: value(true, false, undefined, 1),
  mode: value(0o600),
};

export const reading: fc.Arbitrary<Call> = fc.oneof(
  call('read', view, offset, length, readPosition),
  withSome('read', view, offset, length, readPosition),
  call('read', view, options(where)),
  call('read', options({ buffer: view, ...where })),
  call('read', options({ ...where, buffer: fc.oneof(view, anything) })),
  withSome('read', anything, anything, length, readPosition),
  call('readv', list(view), readPosition),
  withSome('readv', list(fc.oneof({ weight: 9, arbitrary: view }, anything)), anything),
  withSome('readFile', fc.oneof(encoding, options(readFileOptions), options({ encoding }))),
);

const data = fc.oneof(
  { weight: 6, arbitrary: view },
  { weight: 6, arbitrary: text },
  { weight: 1, arbitrary: iterable },
  { weight: 1, arbitrary: anything },
);

export const writing: fc.Arbitrary<Call> = fc.oneof(
  call('write', view, offset, length, writePosition),
  withSome('write', view, offset, length, writePosition),
  call('write', view, options(whereTo)),
  withSome('write', text, writePosition, encoding),
  withSome('write', anything, anything, length, writePosition),
  call('writev', list(view), writePosition),
  withSome('writev', list(fc.oneof({ weight: 9, arbitrary: view }, anything)), anything),
  withSome('writeFile', data, fc.oneof(encoding, options(writeFileOptions), options({ encoding }))),
  withSome('appendFile', data, fc.oneof(encoding, options({ encoding }))),
);

const syncing = fc.oneof(call('sync'), call('datasync'));

const other: fc.Arbitrary<Call> = fc.oneof(
  withSome('truncate', fc.oneof(value(0, 1, 100, 4096, 5000, 20_000, -5, 2.5, 'x', null))),
  withSome('stat', options({ bigint: value(true, false, undefined) })),
);

export const anyCall: fc.Arbitrary<Call> = fc.oneof(
  { weight: 16, arbitrary: reading },
  { weight: 16, arbitrary: writing },
  { weight: 2, arbitrary: other },
  // Which takes the disk's time.
  { weight: 1, arbitrary: syncing },
);

export const close: fc.Arbitrary<Call> = call('close');
