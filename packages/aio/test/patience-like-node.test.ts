// `signal` and `timeout` where Node takes no notice of them: null among the options of a handle, and anything in
// functions that call back.
import nodeFs from 'node:fs';
import { type FileHandle, open as nodeOpen } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import fs from '../src/fs.js';
import { open } from '../src/index.js';
import { expectSame } from './support/same-call.js';
import { TempFolder } from './support/temp-folder.js';

let folder: TempFolder;
let path: string;
beforeAll(() => {
  folder = new TempFolder();
  path = folder.file('file');
});
afterAll(() => {
  folder[Symbol.dispose]();
});
beforeEach(() => {
  nodeFs.writeFileSync(path, '0123456789');
});

type Opening = () => Promise<FileHandle>;

const byNode: Opening = () => nodeOpen(path, 'r+');
const kinds: [string, Opening][] = [
  ['a buffered handle', () => open(path, 'r+')],
  ['a direct handle', () => open(path, 'r+', { direct: true })],
];

const calls = {
  'read(view, options)': (handle: FileHandle, options: object) =>
    handle.read(Buffer.alloc(4), options as never),
  'read(options)': (handle: FileHandle, options: object) =>
    handle.read({ buffer: Buffer.alloc(4), ...options } as never),
  'write(view, options)': (handle: FileHandle, options: object) =>
    handle.write(Buffer.from('ab'), options as never),
  readFile: (handle: FileHandle, options: object) => handle.readFile(options),
  writeFile: (handle: FileHandle, options: object) => handle.writeFile('ab', options),
  appendFile: (handle: FileHandle, options: object) => handle.appendFile('ab', options),
};

describe.each(kinds)('%s takes a null as Node does', (_, opening) => {
  describe.each(Object.entries(calls))('in %s', (_, call) => {
    test.each([{ signal: null }, { timeout: null }, { signal: null, timeout: null }])(
      '%o',
      async (options) => {
        await expectSame(byNode, opening, async (begin) => {
          const handle = await begin();
          try {
            return await call(handle, options);
          } finally {
            await handle.close();
          }
        });
      },
    );
  });
});

test('what Node has no options for takes a null as none, too', async () => {
  const none = { signal: null, timeout: null } as never;
  const handle = await open(path, 'r+');
  const view = Buffer.alloc(2);
  expect((await handle.readv([view], 0, none)).bytesRead).toBe(2);
  expect((await handle.writev([view], 0, none)).bytesWritten).toBe(2);
  expect((await handle.readMany([{ buffer: view, position: 0 }], none)).bytes).toBe(2);
  await handle.sync(none);
  await handle.close();
});

describe('a function that calls back', () => {
  const patience = { signal: AbortSignal.abort(), timeout: 'soon' };

  function called(call: (done: (...results: unknown[]) => void) => void): Promise<unknown[]> {
    return new Promise((resolve) => {
      call((...results) => {
        resolve(results);
      });
    });
  }

  test.each([
    [
      'read(fd, options)',
      (by: typeof nodeFs, fd: number) =>
        called((done) => {
          by.read(fd, { buffer: Buffer.alloc(4), position: 2, ...patience } as object, done);
        }),
    ],
    [
      'read(fd, view, options)',
      (by: typeof nodeFs, fd: number) =>
        called((done) => {
          by.read(fd, Buffer.alloc(4), { length: 3, ...patience } as object, done);
        }),
    ],
    [
      'write(fd, view, options)',
      (by: typeof nodeFs, fd: number) =>
        called((done) => {
          const write = by.write as (...args: unknown[]) => void;
          write(fd, Buffer.from('abcd'), { offset: 1, position: 2, ...patience }, done);
        }),
    ],
  ] as const)('knows of neither: %s', async (_, call) => {
    const [theirs, mine] = [nodeFs, fs].map(async (by) => {
      const fd = by.openSync(path, 'r+');
      const results = await call(by, fd);
      by.closeSync(fd);
      return results;
    });
    expect(await mine).toEqual(await theirs);
    expect((await mine)?.[0]).toBeNull();
  });
});
