// A handle that is being closed is still read and written by Node while something is under way: behind what of ours was asked for
// before.
import { readFileSync, writeFileSync } from 'node:fs';
import { open as nodeOpen } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AioFileHandle, open } from '../src/index.js';
import { TempFolder } from './support/temp-folder.js';

let folder: TempFolder;
beforeAll(() => {
  folder = new TempFolder();
});
afterAll(() => folder[Symbol.dispose]());

type Outcome = string | undefined;
type Script = (handle: AioFileHandle) => Promise<unknown>[];

async function outcomesOf(opened: typeof nodeOpen, script: Script): Promise<[Outcome[], string]> {
  const path = folder.file('file');
  writeFileSync(path, '0123456789');
  const handle = (await opened(path, 'r+')) as AioFileHandle;
  const outcomes = await Promise.allSettled(script(handle));
  return [
    outcomes.map((outcome) =>
      outcome.status === 'rejected'
        ? (outcome.reason as NodeJS.ErrnoException).code
        : (outcome.value as Outcome),
    ),
    readFileSync(path, 'latin1'),
  ];
}

const readOne = async (handle: AioFileHandle): Promise<string> => {
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1);
  return String(buffer);
};
const closing = (handle: AioFileHandle): Promise<void> => handle.close();
const writeOne = async (handle: AioFileHandle, text: string): Promise<void> => {
  await handle.write(text);
};

const SCRIPTS: Record<string, Script> = {
  reads: (handle) => [readOne(handle), readOne(handle), closing(handle), readOne(handle)],
  writes: (handle) => [
    writeOne(handle, 'a'),
    writeOne(handle, 'b'),
    closing(handle),
    writeOne(handle, 'c'),
  ],
  'writes of whole files': (handle) => [
    handle.writeFile('ab'),
    closing(handle),
    handle.writeFile('cd'),
    handle.appendFile('ef'),
  ],
  'a sync behind a write': (handle) => [
    writeOne(handle, 'a'),
    closing(handle),
    handle.sync(),
    handle.datasync(),
  ],
};

test.for(Object.keys(SCRIPTS))('%s', async (name) => {
  const byNode = await outcomesOf(nodeOpen, SCRIPTS[name]!);
  for (let round = 0; round < 20; round++) {
    expect(await outcomesOf(open as typeof nodeOpen, SCRIPTS[name]!)).toEqual(byNode);
  }
});
