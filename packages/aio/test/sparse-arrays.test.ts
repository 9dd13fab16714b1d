// What is missing in an array is not passed over.
import nodeFs from 'node:fs';
import { type FileHandle, open as nodeOpen } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import fs from '../src/fs.js';
import { open } from '../src/index.js';
import { expectSame } from './support/same-call.js';
import { TempFolder } from './support/temp-folder.js';

let folder: TempFolder;
let path: string;
beforeAll(() => {
  folder = new TempFolder();
  path = folder.file('file');
  nodeFs.writeFileSync(path, '0123456789');
});
afterAll(() => {
  folder[Symbol.dispose]();
});

/** The second of three is missing. */
function sparse<T>(make: () => T): T[] {
  const array: T[] = [make()];
  array[2] = make();
  return array;
}
const buffers = (): Buffer[] => sparse(() => Buffer.alloc(3));

const methods = ['readv', 'writev'] as const;
const positions = [undefined, null, 0];

describe.each(methods.flatMap((method) => positions.map((position) => ({ method, position }))))(
  '$method of a sparse array at $position',
  ({ method, position }) => {
    test('is refused by a handle as by Node', async () => {
      const call = async (opening: (path: string, flags: string) => Promise<FileHandle>) => {
        const handle = await opening(path, 'r+');
        try {
          return await handle[method](buffers(), position!);
        } finally {
          await handle.close();
        }
      };
      const { error } = await expectSame(nodeOpen as typeof open, open, call);
      expect(error).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' });
    });

    test('is refused by a function that calls back as by Node, before it returns', async () => {
      const callBack = (): never => {
        throw new Error('it called back');
      };
      const args = position === undefined ? [callBack] : [position, callBack];
      const call = (by: typeof nodeFs): Promise<void> =>
        new Promise((resolve) => {
          const fd = by.openSync(path, 'r+');
          try {
            (by[method] as (...all: unknown[]) => void)(fd, buffers(), ...args);
          } finally {
            by.closeSync(fd);
          }
          resolve();
        });
      const { error } = await expectSame(nodeFs, fs, call);
      expect(error).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' });
    });
  },
);

test.each(['readMany', 'writeMany'] as const)(
  '%s names the request that is missing',
  async (many) => {
    const handle = await open(path, 'r+');
    const requests = sparse(() => ({ buffer: Buffer.alloc(3), position: 0 }));
    await expect(handle[many](requests)).rejects.toMatchObject({
      name: 'TypeError',
      code: 'ERR_INVALID_ARG_TYPE',
      message: 'The "requests[1]" argument must be an object. Received undefined',
    });
    await handle.close();
  },
);
