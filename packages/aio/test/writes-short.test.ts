// A write of which the kernel takes only a part (2 GiB at a time are its limit, a FUSE daemon may take less) goes on, as with
// Node: where nobody has told of an error, everything is written.
import { readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { IOCB_CMD_PWRITEV, Iocb, type IocbSlab, SEEK_CUR, SubmitThreads, lseek } from 'aio-bind';
import {
  type MockInstance,
  afterAll,
  beforeAll,
  beforeEach,
  expect,
  onTestFinished,
  test,
  vi,
} from 'vitest';
import { type AioFileHandle, open } from '../src/index.js';
import { TempFolder } from './support/temp-folder.js';

const COUNT = 5000;
/** So much is taken at a time. */
const TAKEN = 1000;
const contents = Buffer.from(Uint8Array.from({ length: COUNT }, (_, i) => i * 31 + (i >> 8)));
const pieces = Array.from({ length: 5 }, (_, i) => contents.subarray(i * TAKEN, (i + 1) * TAKEN));

let folder: TempFolder;
let submissions = 0;
let submitSpy: MockInstance<SubmitThreads['submit']>;
beforeAll(() => {
  folder = new TempFolder();
});
afterAll(() => folder[Symbol.dispose]());

beforeEach(() => {
  submissions = 0;
  const submit = Reflect.get(SubmitThreads.prototype, 'submit') as (...args: unknown[]) => number;
  submitSpy = vi.spyOn(SubmitThreads.prototype, 'submit').mockImplementation(function (
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
    submitSpy.mockRestore();
  });
});

type Submit = (...args: unknown[]) => number;

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

test('an append of which a part is done is not begun anew where no thread can be started for its rest', async () => {
  const path = folder.file('appended-without-threads');
  writeFileSync(path, 'before');
  const handle = await open(path, 'a', { backend: 'kernel' });
  const other = await open(folder.file('other'), 'w', { backend: 'kernel' });
  const shortening = submitSpy.getMockImplementation() as Submit;
  let onRefusal = (): void => undefined;
  const refusing = new Promise<void>((resolve) => (onRefusal = resolve));
  let refusal: bigint | null = null;
  submitSpy.mockImplementation(function (this: SubmitThreads, ...args: unknown[]) {
    if (submissions !== 1) return shortening.apply(this, args);
    submissions++;
    const [, slab, slots] = args as [unknown, IocbSlab, Uint32Array];
    refusal = new Iocb(slab, slots[0]).aio_data;
    onRefusal();
    return 1;
  });
  const actual = Reflect.get(SubmitThreads.prototype, 'refused') as (...args: unknown[]) => number;
  const spies = [
    vi.spyOn(SubmitThreads.prototype, 'threads', 'get').mockImplementation(() => 0),
    vi.spyOn(SubmitThreads.prototype, 'refused').mockImplementation(function (
      this: SubmitThreads,
      events,
    ) {
      if (refusal === null) return actual.call(this, events);
      events.u64[0] = refusal;
      events.i64[2] = BigInt(-constants.errno.EAGAIN);
      refusal = null;
      return 1;
    }),
  ];
  const writing = handle.write(contents);
  await refusing;
  // Its completion has the engine look for refusals.
  await other.write('x', 0);
  expect((await writing).bytesWritten).toBe(COUNT);
  for (const spy of spies) spy.mockRestore();
  await Promise.all([handle.close(), other.close()]);
  expect(readFileSync(path, 'latin1')).toBe(`before${contents.toString('latin1')}`);
});
