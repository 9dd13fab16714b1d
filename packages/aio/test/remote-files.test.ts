// Of a file on another machine (NFS), or one that a daemon serves (FUSE), the event loop asks nothing: whoever has to
// answer may be slow, or this very process.
import * as fs from 'node:fs';
import { promisify } from 'node:util';
import * as bind from 'aio-bind';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import * as local from '../src/engine/local-devices.js';
import { kindOf } from '../src/engine/file-kind.js';
import aioFs from '../src/fs.js';
import { open, stats } from '../src/index.js';
import { TempFolder } from './support/temp-folder.js';

// Real, but watched.
vi.mock('aio-bind', { spy: true });
vi.mock('node:fs', { spy: true });
vi.mock('../src/engine/local-devices.js', { spy: true });

const BYTES = 300_000;

let folder: TempFolder;
let path: string;
beforeAll(() => {
  folder = new TempFolder();
  path = folder.file('file');
});
afterAll(() => folder[Symbol.dispose]());
beforeEach(() => {
  vi.mocked(local.learnLocal).mockReturnValue(false);
  fs.writeFileSync(path, Buffer.alloc(BYTES, 'x'));
  vi.clearAllMocks();
});

const seeksOfEnd = (): number =>
  vi.mocked(bind.lseek).mock.calls.filter(([, , whence]) => whence === bind.SEEK_END).length;

test('opening, reading all and streaming ask a thread, or the kernel for what it knows', async () => {
  const handle = await open(path, 'r', { backend: 'kernel' });
  expect(await handle.readFile()).toHaveLength(BYTES);
  let streamed = 0;
  for await (const chunk of handle.createReadStream({ start: 0 })) {
    streamed += (chunk as Buffer).length;
  }
  expect(streamed).toBe(BYTES);
  const fd = await new Promise<number>((resolve) => {
    aioFs.open(path, 'r', (_, opened) => {
      resolve(opened);
    });
  });
  aioFs.closeSync(fd);
  expect(fs.fstatSync).not.toHaveBeenCalled();
  expect(seeksOfEnd()).toBe(0);
});

test('appending leaves the descriptor at the end, as soon as somebody has to know', async () => {
  const handle = await open(path, 'a+', { backend: 'kernel' });
  await handle.appendFile('one ');
  await handle.write('two');
  expect(seeksOfEnd()).toBe(0);
  expect((await handle.read(Buffer.alloc(10))).bytesRead).toBe(0);
  expect(seeksOfEnd()).toBe(1);
  const { buffer } = await handle.read(Buffer.alloc(7), 0, 7, BYTES);
  expect(buffer.toString('latin1')).toBe('one two');
  await handle.close();
});

test('what the kernel knows of a file is what fstat(2) says', () => {
  for (const known of [path, '/dev/null', folder.file('.')]) {
    const fd = fs.openSync(known, 'r');
    const stats = fs.fstatSync(fd);
    expect(kindOf(fd)).toEqual({
      isRegular: stats.isFile(),
      isBlockDevice: stats.isBlockDevice(),
      dev: stats.dev,
      size: stats.size,
    });
    fs.closeSync(fd);
  }
});

describe('a sandbox that does not know statx(2) is no matter', () => {
  beforeEach(() => {
    vi.mocked(bind.statx).mockImplementation(() => {
      throw bind.errnoError(-38, 'statx');
    });
  });
  afterEach(() => {
    vi.mocked(bind.statx).mockReset();
  });

  test('to what is known of a file', () => {
    const fd = fs.openSync(path, 'r');
    expect(kindOf(fd)).toMatchObject({ isRegular: true, size: BYTES });
    fs.closeSync(fd);
  });

  test('to a descriptor: it is opened, and served until its number is that of another file', async () => {
    const fd = await promisify(aioFs.open)(path, 'r+');
    const before = stats()?.completed ?? 0;
    expect(await promisify(aioFs.write)(fd, 'yz', 0)).toMatchObject({ bytesWritten: 2 });
    expect(stats()!.completed).toBe(before + 1);
    fs.closeSync(fd);
    fs.writeFileSync(folder.file('other'), 'other');
    expect(fs.openSync(folder.file('other'), 'r')).toBe(fd);
    const { buffer } = await promisify(aioFs.read)(fd, Buffer.alloc(5), 0, 5, 0);
    expect(buffer.toString()).toBe('other');
    expect(stats()!.completed).toBe(before + 1);
    fs.closeSync(fd);
  });

  test('to direct I/O: what suits every device is taken', async () => {
    const handle = await open(path, 'r', { backend: 'kernel', direct: true });
    expect(handle.directAlignment).toEqual({ memory: 4096, offset: 4096 });
    expect((await handle.read(Buffer.alloc(100), 0, 100, 3)).bytesRead).toBe(100);
    await handle.close();
  });
});
