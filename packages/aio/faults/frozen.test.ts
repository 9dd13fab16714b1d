// While a file system is frozen (a snapshot is being made, say) writes wait for the thaw. The event loop does
// not: it may be this process that is to thaw it.
import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alignedBuffer, open, readFile } from '../src/index.js';
import { evict, writeNumbered } from '../test/support/page-cache.js';
import { TempFolder } from '../test/support/temp-folder.js';
import { FILE_SYSTEMS, MIB, Volume, run } from './support/disk.js';

const KERNEL = { backend: 'kernel' } as const;
const PIECE = 4096;

/** A file system that is frozen for the length of a scope. */
class Freeze implements Disposable {
  readonly #path: string;
  /** Thaws it where the event loop never comes to do so. */
  readonly #guard: ChildProcess;
  #isFrozen = true;

  constructor({ path }: Volume) {
    this.#path = path;
    const script = 'sleep 30; fsfreeze --unfreeze "$0"';
    this.#guard = spawn('sh', ['-c', script, path], { stdio: 'ignore' });
    run('fsfreeze', '--freeze', path);
  }

  thaw(): void {
    if (!this.#isFrozen) return;
    this.#isFrozen = false;
    run('fsfreeze', '--unfreeze', this.#path);
    this.#guard.kill();
  }

  [Symbol.dispose](): void {
    this.thaw();
  }
}

type Write = (handle: FileHandle) => Promise<unknown>;

const buffered: Record<string, Write> = {
  write: (handle) => handle.write(Buffer.alloc(PIECE, 'x'), 0, PIECE, PIECE),
  'write where the descriptor is': (handle) => handle.write(Buffer.alloc(PIECE, 'x')),
  writev: (handle) => handle.writev([Buffer.alloc(PIECE, 'x')], 0),
  'a large write': (handle) => handle.write(Buffer.alloc(MIB, 'x'), 0, MIB, 0),
  writeMany: (handle) =>
    (handle as Awaited<ReturnType<typeof open>>).writeMany({
      buffer: Buffer.alloc(32 * PIECE, 'x'),
      positions: Array.from({ length: 32 }, (_, i) => i * PIECE),
      lengths: PIECE,
    }),
  writeFile: (handle) => handle.writeFile('x'.repeat(PIECE)),
};

const direct: Record<string, Write> = {
  'a direct write': (handle) => handle.write(alignedBuffer(PIECE), 0, PIECE, PIECE),
  'a direct write that is not aligned': (handle) => handle.write(Buffer.alloc(5, 'x'), 0, 5, 3),
};

/** Reads pieces of a file of 2 MiB, one after another. */
async function readAllOver(handle: FileHandle): Promise<void> {
  for (let i = 0; i < 64; i++) {
    const at = ((i * 37) % 512) * PIECE;
    const { bytesRead } = await handle.read(Buffer.alloc(PIECE), 0, PIECE, at);
    expect(bytesRead).toBe(PIECE);
  }
}

describe.each(FILE_SYSTEMS)('on %s', (type) => {
  let volume: Volume;
  beforeAll(() => {
    volume = new Volume(type);
    writeNumbered(volume.file('file'), 2 * MIB);
    writeNumbered(volume.file('other'), 2 * MIB);
  });
  afterAll(() => volume[Symbol.dispose]());

  /** @param before - begins before it is frozen too, so that what can be learned has been learned */
  async function writeWhileFrozen(
    handle: FileHandle,
    write: Write,
    before: boolean,
  ): Promise<void> {
    if (before) await write(handle);
    using freeze = new Freeze(volume);
    let settled = false;
    const written = write(handle).finally(() => (settled = true));
    for (let turns = 0; turns < 20; turns++) await nextTurn();
    expect(settled).toBe(false);
    freeze.thaw();
    await written;
  }

  test.each(Object.keys(buffered))('%s waits, and the event loop goes on', async (kind) => {
    await using handle = await open(volume.file('file'), 'r+', KERNEL);
    await writeWhileFrozen(handle, buffered[kind]!, false);
    await writeWhileFrozen(handle, buffered[kind]!, true);
  });

  test.each(Object.keys(direct))('%s waits, and the event loop goes on', async (kind) => {
    await using handle = await open(volume.file('file'), 'r+', { direct: true, ...KERNEL });
    await writeWhileFrozen(handle, direct[kind]!, false);
    await writeWhileFrozen(handle, direct[kind]!, true);
  });

  test('a direct write by flag waits, and the event loop goes on', async () => {
    const flags = constants.O_RDWR | constants.O_DIRECT;
    await using handle = await open(volume.file('file'), flags, KERNEL);
    await writeWhileFrozen(handle, direct['a direct write']!, false);
    await writeWhileFrozen(handle, direct['a direct write']!, true);
  });

  test('writes to many files leave a thread for what is read elsewhere', async () => {
    using elsewhere = new TempFolder();
    const path = elsewhere.file('cold');
    writeNumbered(path, 2 * MIB);
    evict(path);
    await using other = await open(path, 'r', KERNEL);
    const names = Array.from({ length: 16 }, (_, i) => volume.file(`many-${i}`));
    const handles = await Promise.all(names.map((name) => open(name, 'w', KERNEL)));
    using freeze = new Freeze(volume);
    const written = handles.map((handle) => handle.write('x', 0));
    await readAllOver(other);
    freeze.thaw();
    await Promise.all(written);
    await Promise.all(handles.map((handle) => handle.close()));
  });

  test('what is read is read meanwhile', async () => {
    await using handle = await open(volume.file('file'), 'r+', KERNEL);
    await using other = await open(volume.file('other'), 'r', KERNEL);
    evict(volume.file('other'));
    using freeze = new Freeze(volume);
    const written = handle.write('x', 0);
    await readAllOver(other);
    expect(await readFile(volume.file('other'))).toHaveLength(2 * MIB);
    freeze.thaw();
    await written;
  });
});
