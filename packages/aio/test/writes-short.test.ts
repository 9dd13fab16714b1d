// A write of which the kernel takes only a part (2 GiB at a time are its limit, a FUSE daemon may take less) goes on, as with
// Node: where nobody has told of an error, everything is written.
import { readFileSync, writeFileSync } from 'node:fs';
import { IOCB_CMD_PWRITEV, Iocb, type IocbSlab, SEEK_CUR, SubmitThreads, lseek } from 'aio-bind';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { type AioFileHandle, open } from '../src/index.js';
import { TempFolder } from './support/temp-folder.js';

const COUNT = 5000;
/** So much is taken at a time. */
const TAKEN = 1000;
const contents = Buffer.from(Uint8Array.from({ length: COUNT }, (_, i) => i * 31 + (i >> 8)));
const pieces = Array.from({ length: 5 }, (_, i) => contents.subarray(i * TAKEN, (i + 1) * TAKEN));

let folder: TempFolder;
let submissions = 0;
beforeAll(() => {
  folder = new TempFolder();
});
afterAll(() => folder[Symbol.dispose]());

beforeEach(() => {
  submissions = 0;
  const submit = Reflect.get(SubmitThreads.prototype, 'submit') as (...args: unknown[]) => number;
  const spy = vi.spyOn(SubmitThreads.prototype, 'submit').mockImplementation(function (
    this: SubmitThreads,
    ...args: unknown[]
  ) {
    const [, slab, slots, nr] = args as [unknown, IocbSlab, Uint32Array, number];
    for (const slot of slots.subarray(0, nr)) {
      const iocb = new Iocb(slab, slot);
      const most = iocb.aio_lio_opcode === IOCB_CMD_PWRITEV ? 1 : TAKEN;
      iocb.aio_nbytes = Math.min(Number(iocb.aio_nbytes), most);
      submissions++;
    }
    return submit.apply(this, args);
  });
  onTestFinished(() => {
    spy.mockRestore();
  });
});

type Way = (handle: AioFileHandle) => Promise<unknown>;
const WAYS: Record<string, Way> = {
  write: async (handle) => (await handle.write(contents, 0, COUNT, 0)).bytesWritten,
  'write where the descriptor is': async (handle) => (await handle.write(contents)).bytesWritten,
  writev: async (handle) => (await handle.writev(pieces, 0)).bytesWritten,
  'writev where the descriptor is': async (handle) => (await handle.writev(pieces)).bytesWritten,
  writeMany: async (handle) =>
    (await handle.writeMany([{ buffer: contents, position: 0 }])).results[0],
};

test.for(Object.keys(WAYS))('%s', async (name) => {
  const path = folder.file('file');
  const handle = await open(path, 'w', { backend: 'kernel' });
  expect(await WAYS[name]!(handle)).toBe(COUNT);
  const isMoved = name.endsWith('where the descriptor is');
  expect(lseek(handle.fd, 0, SEEK_CUR)).toBe(isMoved ? COUNT : 0);
  await handle.close();
  expect(readFileSync(path).equals(contents)).toBe(true);
});

test('an append', async () => {
  const path = folder.file('appended');
  writeFileSync(path, 'before');
  const handle = await open(path, 'a', { backend: 'kernel' });
  expect((await handle.write(contents)).bytesWritten).toBe(COUNT);
  await handle.close();
  expect(submissions).toBe(COUNT / TAKEN);
  expect(readFileSync(path).subarray(6).equals(contents)).toBe(true);
});
