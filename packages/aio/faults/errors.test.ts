// A device that fails: what could be done is done, what could not says why, each once.
import { type FileHandle, open as nodeOpen } from 'node:fs/promises';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { open, stats } from '../src/index.js';
import { Disk, MIB, dropCaches } from './support/disk.js';

const KERNEL = { backend: 'kernel' } as const;
const BYTES = 4 * MIB;
const WHOLE = MIB;
const PIECE = 4096;
/** What is read ahead may take a piece of what is whole along. */
const positions = Array.from({ length: 128 }, (_, i) => ((i * 389) % (BYTES / PIECE)) * PIECE);
const isWhole = (position: number): boolean => position < WHOLE;

const expectSettled = (): void => {
  expect(stats()).toMatchObject({ inFlight: 0, queued: 0 });
};

interface Failure {
  readonly code: unknown;
  readonly errno: unknown;
  readonly syscall: unknown;
}

/** What became of a call: its result, or how it failed. */
async function outcome<T>(call: Promise<T>): Promise<T | Failure> {
  try {
    return await call;
  } catch (error) {
    const { code, errno, syscall } = error as NodeJS.ErrnoException;
    return { code, errno, syscall };
  }
}

const EIO: Failure = { code: 'EIO', errno: -constants.errno.EIO, syscall: 'read' };

describe.each([false, true])('a device of which a part cannot be read; direct: %s', (direct) => {
  test('fails those reads, and no others', async () => {
    using disk = new Disk({ bytes: BYTES });
    disk.breakFrom(WHOLE);
    await using handle = await open(disk.device, 'r', { direct, ...KERNEL });
    const calls = positions.map(async (position) => {
      const { bytesRead } = await handle.read(Buffer.alloc(PIECE), 0, PIECE, position);
      return bytesRead;
    });
    const outcomes = await Promise.all(calls.map(outcome));
    expect(outcomes).toEqual(positions.map((position) => (isWhole(position) ? PIECE : EIO)));
    expectSettled();

    disk.repair();
    const again = await handle.read(Buffer.alloc(PIECE), 0, PIECE, BYTES - PIECE);
    expect(again.bytesRead).toBe(PIECE);
  });

  test('fails those ranges of many, and no others', async () => {
    using disk = new Disk({ bytes: BYTES });
    disk.breakFrom(WHOLE);
    await using handle = await open(disk.device, 'r', { direct, ...KERNEL });
    const buffer = Buffer.alloc(positions.length * PIECE);
    const many = await handle.readMany({ buffer, positions, lengths: PIECE });
    const wanted = positions.map((at) => (isWhole(at) ? PIECE : -constants.errno.EIO));
    expect([...many.results]).toEqual(wanted);
    expect(many.errorOf(wanted.indexOf(-constants.errno.EIO))).toMatchObject(EIO);
    expectSettled();
  });

  test('ends a stream with an error, after what could be read', async () => {
    using disk = new Disk({ bytes: BYTES });
    disk.breakFrom(WHOLE);
    const handle = await open(disk.device, 'r', { direct, ...KERNEL });
    const stream: Readable = handle.createReadStream({ highWaterMark: PIECE * 4 });
    let bytes = 0;
    const read = async (): Promise<void> => {
      for await (const chunk of stream) bytes += (chunk as Buffer).length;
    };
    await expect(read()).rejects.toMatchObject(EIO);
    expect(bytes).toBe(WHOLE);
    expectSettled();
  });

  test('fails a whole file', async () => {
    using disk = new Disk({ bytes: BYTES });
    disk.breakFrom(WHOLE);
    await using handle = await open(disk.device, 'r', { direct, ...KERNEL });
    await expect(handle.readFile()).rejects.toMatchObject(EIO);
    expectSettled();
  });
});

type Open = (path: string) => Promise<FileHandle>;

describe('a device that has less room than it says', () => {
  /** Writes all of it, syncs twice, and tells what became of that. */
  async function fill(opening: Open): Promise<unknown> {
    using disk = new Disk({ bytes: BYTES, room: MIB });
    const handle = await opening(disk.device);
    const writes = Array.from({ length: BYTES / MIB }, async (_, i) => {
      const { bytesWritten } = await handle.write(Buffer.alloc(MIB, 'x'), 0, MIB, i * MIB);
      return bytesWritten;
    });
    const written = await Promise.all(writes.map(outcome));
    const synced = await outcome(handle.sync());
    const again = await outcome(handle.datasync());
    await handle.close();
    return { written, synced, again };
  }

  test('says so at the sync, once, as with Node', async () => {
    const ours = await fill((path) => open(path, 'r+', KERNEL));
    expect(ours).toEqual(await fill((path) => nodeOpen(path, 'r+')));
    expect(ours).toMatchObject({ written: [MIB, MIB, MIB, MIB], synced: { syscall: 'fsync' } });
    expectSettled();
  });

  test('says so at the write, where that is direct', async () => {
    using disk = new Disk({ bytes: BYTES, room: MIB });
    await using handle = await open(disk.device, 'r+', { direct: true, ...KERNEL });
    const writes = Array.from({ length: BYTES / PIECE }, async (_, i) => {
      const { bytesWritten } = await handle.write(Buffer.alloc(PIECE, 'x'), 0, PIECE, i * PIECE);
      return bytesWritten;
    });
    const outcomes = await Promise.all(writes.map(outcome));
    const failed = outcomes.filter((one) => one !== PIECE);
    expect(failed.length).toBeGreaterThan(0);
    for (const one of failed) {
      expect(one).toMatchObject({
        syscall: 'write',
        code: expect.stringMatching(/^(EIO|ENOSPC)$/) as string,
      });
    }
    // What was said to be written is there.
    dropCaches();
    await using reader = await open(disk.device, 'r', KERNEL);
    for (const [i, one] of outcomes.entries()) {
      if (one !== PIECE) continue;
      const { buffer } = await reader.read(Buffer.alloc(PIECE), 0, PIECE, i * PIECE);
      expect(buffer.equals(Buffer.alloc(PIECE, 'x'))).toBe(true);
    }
    expectSettled();
  });
});
