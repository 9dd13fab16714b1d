import { constants } from 'node:fs';
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

  test('and none where nobody waits yet', async () => {
    using folder = new TempFolder();
    await using file = await open(folder.file('file'), 'w');
    const reading = file.read(Buffer.alloc(8), 0, 8, 0);
    const settled = await Promise.allSettled([reading]);
    expect(settled[0].status).toBe('rejected');
    await expect(reading).rejects.toThrow('EBADF: bad file descriptor, read');
  });
});
