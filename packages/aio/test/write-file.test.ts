import { readFileSync, writeFileSync } from 'node:fs';
import fsPromises from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { appendFile, open, writeFile } from '../src/index.js';
import { expectSame } from './support/same-call.js';
import { TempFolder } from './support/temp-folder.js';

const wrong = (value: unknown): never => value as never;

async function* pieces(): AsyncGenerator<string> {
  yield 'some ';
  await Promise.resolve();
  yield 'text';
}

/** What is written: made anew for each call. */
const data: Record<string, () => unknown> = {
  'a string': () => 'schön 🐢',
  'an empty string': () => '',
  'a Buffer': () => Buffer.from('bytes'),
  'a typed array': () => Uint16Array.of(1, 2, 3),
  'a DataView': () => new DataView(new ArrayBuffer(8), 2, 3),
  'an array of strings': () => ['a', 'b'],
  'an async iterable': pieces,
  'a stream': () => Readable.from(['some', ' ', 'text']),
  'a number': () => 1,
  nothing: () => undefined,
  'an object': () => ({}),
  'an object whose iterator is none': () => ({ [Symbol.iterator]: 1 }),
};

const options = [
  undefined,
  null,
  'utf8',
  'latin1',
  'hex',
  'klingon',
  { encoding: 'utf16le' },
  { flag: 'a' },
  { flag: 'wx' },
  { flag: 'r' },
  { mode: 0o600 },
  { flush: true },
  { flush: 'yes' },
  { signal: AbortSignal.abort() },
  { signal: 'now' },
];

describe.for([
  ['writeFile', fsPromises.writeFile, writeFile],
  ['appendFile', fsPromises.appendFile, appendFile],
] as const)('%s', ([, node, ours]) => {
  test.for(Object.keys(data))('%s is written, or refused, as by Node', async (kind) => {
    using folder = new TempFolder();
    for (const option of options) {
      const file = folder.file('file');
      await expectSame(node, ours, async (write) => {
        writeFileSync(file, 'before');
        try {
          await write(file, wrong(data[kind]?.()), wrong(option));
        } catch (error) {
          return [error instanceof Error && error.message, readFileSync(file, 'latin1')];
        }
        return readFileSync(file, 'latin1');
      });
    }
  });

  test.for(['handle of ours', 'handle of Node'])('to a %s it goes where that is', async (whose) => {
    using folder = new TempFolder();
    const file = folder.file('file');
    const kinds = ['a string', 'a Buffer', 'a DataView', 'an async iterable', 'a number'];
    for (const kind of [...kinds, 'an object whose iterator is none']) {
      await expectSame(node, ours, async (write) => {
        writeFileSync(file, '0123456789');
        const opening = whose === 'handle of ours' ? open : fsPromises.open;
        const handle = await opening(file, 'r+');
        try {
          await handle.read(Buffer.alloc(3), 0, 3, null);
          await write(handle, wrong(data[kind]?.()));
          await write(handle, 'end');
        } finally {
          await handle.close();
        }
        return readFileSync(file, 'latin1');
      });
    }
  });

  test('a path is a string, bytes or a URL', async () => {
    using folder = new TempFolder();
    const file = folder.file('file');
    for (const path of [file, Buffer.from(file), pathToFileURL(file)]) {
      await ours(path, 'x');
    }
    expect(readFileSync(file, 'utf8')).toMatch(/^x+$/);
  });

  test('what cannot be opened is refused as by Node', async () => {
    using folder = new TempFolder();
    for (const path of [folder.path, folder.file('no/such'), '', 1.5, '/\0']) {
      const { error } = await expectSame(node, ours, (write) => write(wrong(path), 'x'));
      expect(error).toBeDefined();
    }
  });
});
