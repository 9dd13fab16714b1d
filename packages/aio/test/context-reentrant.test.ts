// User code that a context calls, the getter of a file or the signal of somebody's, may end the context, or refuse. Whatever
// it does, everything settles, and nothing is left in flight.
import { closeSync, openSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AioContext, POLLIN, PollOperation, ReadOperation, open } from '../src/index.js';
import { contexts } from './support/mappings.js';
import { writeNumbered } from './support/page-cache.js';
import { Pipe } from './support/pipe.js';
import { TempFolder } from './support/temp-folder.js';

let folder: TempFolder;
let fd: number;
beforeAll(() => {
  folder = new TempFolder();
  writeNumbered(folder.file('file'), 4096);
  fd = openSync(folder.file('file'), 'r');
});
afterAll(() => {
  closeSync(fd);
  folder[Symbol.dispose]();
});

type File = ReadOperation['file'];
const readingOf = (file: File): ReadOperation =>
  new ReadOperation({ file, buffer: Buffer.alloc(16) });
const polling = (pipe: Pipe): PollOperation =>
  new PollOperation({ file: pipe.readEnd, mask: POLLIN });
const closed = { code: 'ERR_AIO_CONTEXT_CLOSED' };

test.for(['close', 'dispose'] as const)(
  'a file of what was run that ends the context (%s) has nothing submitted behind it',
  async (how) => {
    using pipe = new Pipe();
    const before = contexts();
    const context = new AioContext();
    let ends = false;
    let disposed: Promise<void> | undefined;
    const file = {
      get fd() {
        if (ends) {
          ends = false;
          if (how === 'close') context.close();
          else disposed = context[Symbol.asyncDispose]();
        }
        return fd;
      },
    };
    const run = context.run(readingOf(file));
    const poll = polling(pipe);
    const expectRun =
      how === 'close'
        ? expect(run).rejects.toMatchObject(closed)
        : expect(run).resolves.toMatchObject({ result: 16 });
    ends = true;
    expect(() => context.submit(poll)).toThrow(
      expect.objectContaining({ ...closed, submitted: 0, operation: poll }),
    );
    expect(poll.inFlight).toBe(false);
    await expectRun;
    await disposed;
    expect(contexts()).toBe(before);
  },
);

test.for([0n, undefined])(
  'a file of what was run that closes the context has no events waited for, for %s ns',
  async (timeoutNs) => {
    const context = new AioContext();
    let closes = false;
    const file = {
      get fd() {
        if (closes) context.close();
        return fd;
      },
    };
    const run = expect(context.run(readingOf(file))).rejects.toMatchObject(closed);
    closes = true;
    expect(() => context.getEvents(1, 1, timeoutNs)).toThrow(expect.objectContaining(closed));
    await run;
  },
);

test('a file that refuses whatever it is asked but its descriptor has nothing run', async () => {
  await using context = new AioContext();
  const error = new Error('no such property');
  const file = new Proxy(
    { fd },
    {
      get(target, key) {
        if (key !== 'fd') throw error;
        return target.fd;
      },
    },
  );
  const operation = readingOf(file);
  await expect(context.run(operation)).rejects.toBe(error);
  expect(operation.inFlight).toBe(false);
  operation.file = fd;
  expect(await context.run(operation)).toMatchObject({ result: 16 });
});

test.for([1, 2, 3])('a handle that closes the context at look %i has nothing run', async (last) => {
  const context = new AioContext();
  const handle = await open(folder.file('file'));
  const operation = readingOf(handle);
  const { fd: descriptor } = handle;
  let looks = 0;
  Object.defineProperty(handle, 'fd', {
    configurable: true,
    get() {
      if (++looks === last) context.close();
      return descriptor;
    },
  });
  await expect(context.run(operation)).rejects.toMatchObject(closed);
  expect(looks).toBeGreaterThanOrEqual(last);
  expect(operation.inFlight).toBe(false);
  Reflect.deleteProperty(handle, 'fd');
  // Nothing is under way, so it is closed at once.
  await handle.close();
});

test('a signal that closes a context once more while it is closed', async () => {
  using pipe = new Pipe();
  const before = contexts();
  const context = new AioContext();
  const { signal } = new AbortController();
  signal.removeEventListener = () => {
    context.close();
  };
  const poll = polling(pipe);
  const run = expect(context.run(poll, { signal })).rejects.toMatchObject({ code: 'ECANCELED' });
  context.submit(); // what was run goes to the kernel now
  context.close();
  await run;
  expect(poll.inFlight).toBe(false);
  expect(contexts()).toBe(before);
});
