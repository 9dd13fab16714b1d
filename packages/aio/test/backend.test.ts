import { type FileHandle, open as nodeOpen } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { open } from '../src/index.js';
import { inChild } from './support/child.js';
import { TempFolder } from './support/temp-folder.js';

let folder: TempFolder;
beforeAll(() => {
  folder = new TempFolder();
});
afterAll(() => folder[Symbol.dispose]());

const noAddon = { env: { AIO_BIND_ADDON: '/nowhere/aio_bind.node' } };

test("'node' gives the handle that Node opened, whose methods end in Node's own", async () => {
  const path = folder.file('plain');
  const nodes = await nodeOpen(path, 'w+');
  const handle = await open(path, 'r+', { backend: 'node' });
  expect(handle).toBeInstanceOf(nodes.constructor);
  const nodeRead = vi.spyOn(Object.getPrototypeOf(nodes) as FileHandle, 'read');
  await handle.read(Buffer.alloc(1), 0, 1, 0);
  expect(nodeRead).toHaveBeenCalledOnce();
  nodeRead.mockRestore();
  expect(Reflect.ownKeys(handle)).toEqual(Reflect.ownKeys(nodes));
  await Promise.all([nodes.close(), handle.close()]);
});

test("'kernel' and 'auto' give a FileHandle in every respect", async () => {
  const nodes = await nodeOpen(folder.file('other'), 'w+');
  const { constructor: FileHandle } = nodes;
  for (const backend of ['kernel', 'auto'] as const) {
    const handle = await open(folder.file('other'), 'r+', { backend });
    expect(handle).toBeInstanceOf(FileHandle);
    expect(Object.keys(handle)).toEqual(Object.keys(nodes));
    await handle.close();
  }
  await nodes.close();
});

// That it compiles is half of the claim: exactOptionalPropertyTypes.
test('an option that is undefined is as one that is not given', async () => {
  const path = folder.file('undefined');
  const handle = await open(path, 'w+', { mode: undefined, backend: undefined, direct: undefined });
  const nodes = await nodeOpen(folder.file('not-given'), 'w+');
  expect((await handle.stat()).mode).toBe((await nodes.stat()).mode);
  expect(handle.directAlignment).toBeUndefined();
  await Promise.all([nodes.close(), handle.close()]);
});

test('another backend is refused', async () => {
  const wrong = { backend: 'threads' } as unknown as { backend: 'node' };
  await expect(open(folder.file('none'), 'w', wrong)).rejects.toMatchObject({
    name: 'TypeError',
    code: 'ERR_INVALID_ARG_VALUE',
  });
});

test("without the addon 'auto' has Node serve every file, and warns once of what is in the way", async () => {
  const { status, stderr, result } = await inChild(
    async ({ aio, fs }, path) => {
      let warnings = 0;
      process.on('warning', () => warnings++);
      const all: string[] = [];
      for (let i = 0; i < 3; i++) {
        const handle = await aio.open(path, 'a+');
        await handle.write('x');
        await handle.sync();
        await handle.close();
        all.push(fs.readFileSync(path, 'utf8'));
      }
      return { all, warnings };
    },
    folder.file('without'),
    noAddon,
  );
  expect(result).toEqual({ all: ['x', 'xx', 'xxx'], warnings: 1 });
  expect(stderr).toMatch(
    /AioWarning: .*thread pool.*Cannot find module '\/nowhere\/aio_bind\.node'/,
  );
  expect(status).toBe(0);
});

test('without the addon many ranges are read and written by Node', async () => {
  const { status, result } = await inChild(
    async ({ aio }, path) => {
      const handle = await aio.open(path, 'w+');
      const positions = [0, 4, 2];
      const written = await handle.writeMany({
        buffer: Buffer.from('abefcd'),
        positions,
        lengths: 2,
      });
      const buffers = positions.map(() => Buffer.alloc(2));
      const read = await handle.readMany(
        buffers.map((buffer, i) => ({ buffer, position: positions[i]! })),
      );
      const text = await handle.slice(1, 5).text();
      await handle.close();
      return [written.bytes, read.bytes, String(Buffer.concat(buffers)), text];
    },
    folder.file('many'),
    noAddon,
  );
  expect({ status, result }).toEqual({ status: 0, result: [6, 6, 'abefcd', 'bcde'] });
});

test("without the addon 'kernel' throws what is in the way", async () => {
  const { result } = await inChild(
    async ({ aio }, path) => {
      try {
        await aio.open(path, 'w', { backend: 'kernel' });
        return null;
      } catch (error) {
        return { ...(error as object), message: (error as Error).message };
      }
    },
    folder.file('without'),
    noAddon,
  );
  expect(result).toMatchObject({
    code: 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM',
    message: expect.stringContaining('could not be loaded') as string,
  });
});
