// A handle that is being closed is still read and written while something is under way, as with Node: behind what of ours was asked for
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

const openDirect = ((path: string, flags: string) =>
  open(path, flags, { direct: true })) as typeof nodeOpen;

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

/** What is asked for, what comes of it, and what is in the file then. */
const SCRIPTS: Record<string, readonly [Script, readonly Outcome[], string]> = {
  reads: [
    (handle) => [readOne(handle), readOne(handle), closing(handle), readOne(handle)],
    ['0', '1', undefined, '2'],
    '0123456789',
  ],
  writes: [
    (handle) => [
      writeOne(handle, 'a'),
      writeOne(handle, 'b'),
      closing(handle),
      writeOne(handle, 'c'),
    ],
    Array<undefined>(4).fill(undefined),
    'abc3456789',
  ],
  'writes of whole files': [
    (handle) => [
      handle.writeFile('ab'),
      closing(handle),
      handle.writeFile('cd'),
      handle.appendFile('ef'),
    ],
    Array<undefined>(4).fill(undefined),
    'abcdef6789',
  ],
  'a sync behind a write': [
    (handle) => [writeOne(handle, 'a'), closing(handle), handle.sync(), handle.datasync()],
    Array<undefined>(4).fill(undefined),
    'a123456789',
  ],
};

// Node takes all of these, too, but its threads in any order.
test.for(Object.keys(SCRIPTS))('%s', async (name) => {
  const [script, outcomes, contents] = SCRIPTS[name]!;
  const [byNode] = await outcomesOf(nodeOpen, script);
  expect(byNode.toSorted()).toEqual(outcomes.toSorted());
  for (let round = 0; round < 20; round++) {
    expect(await outcomesOf(open as typeof nodeOpen, script)).toEqual([outcomes, contents]);
    expect(await outcomesOf(openDirect, script)).toEqual([outcomes, contents]);
  }
});
