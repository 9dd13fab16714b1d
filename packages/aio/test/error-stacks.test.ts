import { closeSync, constants, openSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { AioContext, FsyncOperation, ReadOperation, open, poll } from '../src/index.js';
import { TempFolder } from './support/temp-folder.js';

/** The stack of what `work` rejects with, as the caller of the caller has it. */
async function stackOf(work: () => Promise<unknown>): Promise<string> {
  async function innermost(): Promise<void> {
    await work();
  }
  async function outermost(): Promise<void> {
    await innermost();
  }
  try {
    await outermost();
  } catch (error) {
    return (error as Error).stack ?? '';
  }
  throw new Error('it did not fail');
}

// Source maps lose the "async" of a frame.
const awaited = /\n {4}at (?:async )?innermost .*\n {4}at (?:async )?outermost /;
const ofEngine = /(?:engine|outcomes|operation|run|errno)\.[jt]s/;

async function expectAwaited(work: () => Promise<unknown>, code: string): Promise<void> {
  const stack = await stackOf(work);
  expect(stack).toMatch(new RegExp(`^Error: ${code}: `));
  expect(stack).toMatch(awaited);
  expect(stack).not.toMatch(ofEngine);
}

describe('an error that the kernel gave has the stack of those who wait', () => {
  test('for what a handle is asked to do', async () => {
    using folder = new TempFolder();
    await using reader = await open(folder.file('file'), 'w');
    const buffer = Buffer.alloc(8);
    await expectAwaited(() => reader.read(buffer, 0, 8, 0), 'EBADF');
    await expectAwaited(() => reader.readv([buffer, buffer], 0), 'EBADF');
    await expectAwaited(() => reader.read(buffer, 0, 8, null), 'EBADF');
    await expectAwaited(() => Promise.all([reader.read(buffer, 0, 8, 0)]), 'EBADF');
    await using writer = await open(folder.file('file'), 'r');
    await expectAwaited(() => writer.write(buffer, 0, 8, 0), 'EBADF');
  });

  test('for one of many at once', async () => {
    using folder = new TempFolder();
    await using file = await open(folder.file('file'), 'w+');
    await using other = await open(folder.file('file'), 'w');
    const reads = Array.from({ length: 5 }, () => file.read(Buffer.alloc(8), 0, 8, 0));
    await expectAwaited(() => other.read(Buffer.alloc(8), 0, 8, 0), 'EBADF');
    await Promise.all(reads);
  });

  test('for operations that are run', async () => {
    using folder = new TempFolder();
    await using file = await open(folder.file('file'), 'w');
    using context = new AioContext();
    const buffer = Buffer.alloc(8);
    await expectAwaited(() => context.run(new ReadOperation({ file, buffer })), 'EBADF');
    await expectAwaited(() => context.run(new FsyncOperation({ file: 12_345 })), 'EBADF');
    await using directory = await open(folder.file('.'), constants.O_RDONLY);
    const read = new ReadOperation({ file: directory.fd, buffer });
    await expectAwaited(() => context.run(read), 'E(ISDIR|INVAL)');
    await expectAwaited(() => poll(12_345, 1), 'EBADF');
  });

  test('for a sync, also one that has waited for writes', async () => {
    using folder = new TempFolder();
    await using file = await open(folder.file('file'), 'w');
    await file.write(Buffer.alloc(8), 0, 8, 0);
    const { fd } = file;
    closeSync(fd);
    await expectAwaited(() => file.sync(), 'EBADF');
    await expectAwaited(() => file.datasync(), 'EBADF');
    // A write of nothing that is there goes before it.
    const writing = Promise.allSettled([file.write(Buffer.alloc(8), 0, 8, 0)]);
    await expectAwaited(() => file.sync(), 'EBADF');
    expect(await writing).toMatchObject([{ status: 'rejected' }]);
    // For the handle to close.
    expect(openSync(folder.file('file'), 'r')).toBe(fd);
  });

  test('and is no less of an error for those who have not waited yet', async () => {
    using folder = new TempFolder();
    await using file = await open(folder.file('file'), 'w');
    const reading = file.read(Buffer.alloc(8), 0, 8, 0);
    const error: unknown = await reading.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'EBADF', errno: -9, syscall: 'read' });
    expect((error as Error).stack).not.toMatch(ofEngine);
  });
});
