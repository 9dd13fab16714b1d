// What is not there is named in the error as it was looked for.
import nodeFs from 'node:fs';
import { readFile as nodeReadFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import fs from '../src/fs.js';
import { readFile } from '../src/index.js';
import { expectSame } from './support/same-call.js';
import { TempFolder } from './support/temp-folder.js';

let folder: TempFolder;
beforeAll(() => {
  folder = new TempFolder();
});
afterAll(() => {
  folder[Symbol.dispose]();
});

const called = (by: typeof nodeFs, path: string | Buffer): Promise<unknown> =>
  new Promise((resolve, reject) => {
    by.readFile(path, (error, contents) => {
      if (error === null) resolve(contents);
      else reject(error);
    });
  });

test.each([
  ['half a surrogate pair', '\ud800', '\ufffd'],
  ['halves among others', 'a\udc00\ud83d\ude00b\ud83d', 'a\ufffd\u{1f600}b\ufffd'],
  ['well-formed', 'ä\u{1f600}', 'ä\u{1f600}'],
])('%s', async (_, name, named) => {
  const path = folder.file(name);
  const result = await expectSame(nodeReadFile, readFile, async (by) => by(path));
  expect(result.error).toMatchObject({ code: 'ENOENT', path: folder.file(named) });
  await expectSame(nodeFs, fs, async (by) => called(by, path));
});

test('bytes that are not UTF-8', async () => {
  const path = Buffer.concat([Buffer.from(folder.file('a')), Buffer.of(0xff)]);
  const result = await expectSame(nodeReadFile, readFile, async (by) => by(path));
  expect(result.error).toMatchObject({ code: 'ENOENT', path: folder.file('a\ufffd') });
  await expectSame(nodeFs, fs, async (by) => called(by, path));
});
