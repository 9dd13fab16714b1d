// A read that is the only one to be submitted goes by preadv2(2); all that holds of others holds of it.
import { statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import * as bind from 'aio-bind';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { BUFFERED_READ, deviceOf } from '../src/engine/device.js';
import { OwnEngine } from './support/own-engine.js';
import { bringIn, evict, keepOnly, writeNumbered } from './support/page-cache.js';
import { TempFolder } from './support/temp-folder.js';
import { submitUnseen } from './support/unseen-ranges.js';

// Real, but watched.
vi.mock('aio-bind', { spy: true });

const FILE_BYTES = 1 << 20;
const PAGE = 4096;

let folder: TempFolder;
let path: string;
let contents: Buffer;
beforeAll(() => {
  folder = new TempFolder();
  path = folder.file('file');
  contents = writeNumbered(path, FILE_BYTES);
});
afterAll(() => folder[Symbol.dispose]());
afterEach(() => void vi.clearAllMocks());
beforeEach(() => {
  bringIn(path);
  // Its device has shown that such reads end in line.
  device().endsInLine = BUFFERED_READ;
});

const device = (): ReturnType<typeof deviceOf> => deviceOf(statSync(path).dev);

const submissions = (): number =>
  vi.mocked(bind.io_submit).mock.calls.length + vi.mocked(bind.io_submit_ranges).mock.calls.length;
const alone = vi.spyOn(bind.TimedRead.prototype, 'try_preadv2');
const lone = (): number => alone.mock.calls.length;

async function expectRead(length: number, position: number, own: OwnEngine): Promise<void> {
  const handle = await own.open(path, 'r');
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, position);
  expect(bytesRead).toBe(Math.min(length, FILE_BYTES - position));
  expect(buffer.subarray(0, bytesRead)).toEqual(contents.subarray(position, position + bytesRead));
  await handle.close();
  expect(own.engine.stats()).toMatchObject({ completed: 1, inFlight: 0, queued: 0 });
}

test('what is cached is read without io_submit, and counts as in line', async () => {
  using own = new OwnEngine();
  await expectRead(1000, 12_345, own);
  expect([lone(), submissions()]).toEqual([1, 0]);
  expect(own.engine.stats()).toMatchObject({ submitted: 1, inLine: 1, batches: 0, threads: 0 });
});

test.for([FILE_BYTES - 10, FILE_BYTES])(
  'what ends with the file is short: at %i',
  async (position) => {
    using own = new OwnEngine();
    await expectRead(1000, position, own);
  },
);

test('the first of its kind on a device goes by io_submit, which shows that it ends in line', async () => {
  using own = new OwnEngine();
  device().endsInLine = 0;
  await expectRead(1000, 0, own);
  expect([lone(), submissions()]).toEqual([0, 1]);
  expect(device().endsInLine).toBe(BUFFERED_READ);
});

test('where that has not ended in line, the next goes by io_submit too', async () => {
  using own = new OwnEngine();
  device().endsInLine = 0;
  const actual = await vi.importActual<typeof bind>('aio-bind');
  vi.mocked(bind.io_getevents_ring).mockReturnValueOnce(0);
  vi.mocked(bind.io_submit_ranges).mockImplementationOnce((...args) =>
    submitUnseen(actual, ...args),
  );
  await expectRead(1000, 0, own);
  expect(device().endsInLine).toBe(0);
  device().completesLate = 0;
});

test('what is not cached goes to a submit thread', async () => {
  evict(path);
  let inThreads = 0;
  for (let i = 0; i < 8; i++) {
    using own = new OwnEngine();
    await expectRead(3000, (i * 30 + 5) * PAGE + 17, own);
    const { submitted, offloaded } = own.engine.stats();
    expect(submitted).toBe(1 + offloaded);
    inThreads += offloaded;
  }
  // Not each of them: a page may come while the attempt that has asked for it looks once more.
  expect(inThreads).toBeGreaterThan(0);
});

test('what is cached in part is complete', async () => {
  using own = new OwnEngine();
  const at = 100 * PAGE;
  keepOnly(path, at);
  await expectRead(10 * PAGE, at - 3 * PAGE + 5, own);
});

test('two together go by io_submit', async () => {
  using own = new OwnEngine();
  const handle = await own.open(path, 'r');
  const buffers = [Buffer.alloc(64), Buffer.alloc(64)];
  await Promise.all(buffers.map((buffer, i) => handle.read(buffer, 0, 64, i * 64)));
  expect(Buffer.concat(buffers)).toEqual(contents.subarray(0, 128));
  expect([lone(), submissions()]).toEqual([0, 1]);
  await handle.close();
});

test.for(['readv', 'write', 'datasync'] as const)('%s goes by io_submit', async (method) => {
  using own = new OwnEngine();
  const other = folder.file(method);
  writeFileSync(other, 'some text');
  const handle = await own.open(other, 'r+');
  if (method === 'readv') await handle.readv([Buffer.alloc(4)], 0);
  else if (method === 'write') await handle.write(Buffer.from('x'), 0, 1, 0);
  else await handle.datasync();
  expect(lone()).toBe(0);
  await handle.close();
});

test('an error is that of read(2), as Node has it', async () => {
  using own = new OwnEngine();
  const handle = await own.open(folder.file('written'), 'w');
  await expect(handle.read(Buffer.alloc(4), 0, 4, 0)).rejects.toMatchObject({
    code: 'EBADF',
    syscall: 'read',
  });
  await handle.close();
});

test('where a sandbox forbids preadv2, io_submit is asked', async () => {
  using own = new OwnEngine();
  alone.mockReturnValueOnce(-constants.errno.EPERM);
  await expectRead(1000, 12_345, own);
  expect([lone(), submissions()]).toEqual([1, 1]);
  expect(own.engine.stats()).toMatchObject({ submitted: 1, inLine: 1 });
});

test('where RWF_NOWAIT is not known, io_submit is asked, and only once for a device', async () => {
  using own = new OwnEngine();
  const shm = new TempFolder('/dev/shm');
  writeFileSync(shm.file('file'), 'some text');
  deviceOf(statSync(shm.path).dev).endsInLine = BUFFERED_READ;
  const handle = await own.open(shm.file('file'), 'r');
  const read = async (): Promise<string> => {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(20), 0, 20, 0);
    return buffer.toString('latin1', 0, bytesRead);
  };
  expect([await read(), await read()]).toEqual(['some text', 'some text']);
  const { refusesNowait } = deviceOf(statSync(shm.path).dev);
  expect(lone()).toBe((refusesNowait & BUFFERED_READ) === 0 ? 2 : 1);
  await handle.close();
  shm[Symbol.dispose]();
});
