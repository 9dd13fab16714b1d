// Whatever is wrong with its arguments, a method of a handle rejects as Node's does; none throws.
import { writeFileSync } from 'node:fs';
import { type FileHandle, open as nodeOpen } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { open } from '../src/index.js';
import { expectSame } from './support/same-call.js';
import { TempFolder } from './support/temp-folder.js';

let folder: TempFolder;
beforeAll(() => {
  folder = new TempFolder();
  writeFileSync(folder.file('file'), 'contents');
});
afterAll(() => folder[Symbol.dispose]());

const wrong = (value: unknown): never => value as never;

/** Options that throw when they are looked at. */
const throwing = (name: string): never => {
  const get = (): never => {
    throw new Error(`${name} was asked for`);
  };
  return wrong(Object.defineProperty({}, name, { enumerable: true, get }));
};

/** A view of memory that has gone to another thread. */
const detached = (): Uint8Array => {
  const view = new Uint8Array(8);
  structuredClone(view.buffer, { transfer: [view.buffer] });
  return view;
};

const calls: Record<string, (handle: FileHandle) => Promise<unknown>> = {
  'writeFile of memory that is gone': (handle) => handle.writeFile(detached()),
  'appendFile of memory that is gone': (handle) => handle.appendFile(detached()),
  'writeFile, options': (handle) => handle.writeFile('x', throwing('encoding')),
  'writeFile, its mode': (handle) => handle.writeFile('x', wrong({ mode: 'bad' })),
  'writeFile, a mode as text': (handle) => handle.writeFile('x', wrong({ mode: '0644' })),
  'writeFile, a negative mode': (handle) => handle.writeFile('x', wrong({ mode: -1 })),
  'appendFile, options': (handle) => handle.appendFile('x', throwing('encoding')),
  'readFile, options': (handle) => handle.readFile(throwing('encoding')),
  'read, options': (handle) => handle.read(throwing('buffer')),
  'read, options behind the buffer': (handle) => handle.read(Buffer.alloc(1), throwing('offset')),
  'write, options': (handle) => handle.write(Buffer.alloc(1), throwing('offset')),
};

test.for(Object.keys(calls))('%s', async (name) => {
  await expectSame(nodeOpen, open as typeof nodeOpen, async (openFile) => {
    await using handle = await openFile(folder.file('file'), 'r+');
    let isThrown = true;
    try {
      const call = calls[name]!(handle);
      isThrown = false;
      await call;
    } finally {
      expect(isThrown).toBe(false);
    }
    return 'done';
  });
});
