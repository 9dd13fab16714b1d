import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  AioContext,
  AioEvent,
  FdatasyncOperation,
  FsyncOperation,
  POLLIN,
  POLLOUT,
  PollOperation,
  ReadOperation,
  WriteOperation,
  open,
} from '../src/index.js';
import { EventFd } from './support/event-fd.js';
import { LargeDirectRead } from './support/large-direct-read.js';
import { contexts } from './support/mappings.js';
import { numberedBytes, writeNumbered } from './support/page-cache.js';
import { Pipe } from './support/pipe.js';
import { TempFolder } from './support/temp-folder.js';

const BYTES = 1 << 16;

let folder: TempFolder;
let fd: number;
const contents = numberedBytes(BYTES);
beforeAll(() => {
  folder = new TempFolder();
  writeNumbered(folder.file('file'), BYTES);
  fd = openSync(folder.file('file'), 'r');
});
afterAll(() => {
  closeSync(fd);
  folder[Symbol.dispose]();
});

/** A read of 64 bytes at a place of its own. */
const reading = (index = 0): ReadOperation =>
  new ReadOperation({ file: fd, buffer: Buffer.alloc(64), offset: index * 64 });
const readings = (count: number): ReadOperation[] =>
  Array.from({ length: count }, (_, index) => reading(index));
const polling = (pipe: Pipe): PollOperation =>
  new PollOperation({ file: pipe.readEnd, mask: POLLIN });

const expectRead = (event: AioEvent | undefined, index: number): void => {
  expect(event?.result).toBe(64);
  const bytes = event?.bytes() as Buffer;
  expect(bytes.equals(contents.subarray(index * 64, index * 64 + 64))).toBe(true);
};

const thrown = (work: () => unknown): NodeJS.ErrnoException & Record<string, unknown> => {
  try {
    work();
  } catch (error) {
    return error as NodeJS.ErrnoException & Record<string, unknown>;
  }
  throw new Error('nothing was thrown');
};
const withCode = (code: string): unknown => expect.objectContaining({ code });

describe('a context', () => {
  test('is set up, and gone when it is closed', () => {
    const before = contexts();
    const context = new AioContext({ maxInFlight: 2 });
    expect(contexts()).toBe(before + 1);
    expect(context).toMatchObject({ maxInFlight: 2, inFlight: 0, closed: false });
    context.close();
    expect(context.closed).toBe(true);
    expect(contexts()).toBe(before);
  });

  test('closes twice without harm, and by a using declaration', async () => {
    const before = contexts();
    const context = new AioContext();
    expect(context.maxInFlight).toBe(128);
    context.close();
    context.close();
    context[Symbol.dispose]();
    await context[Symbol.asyncDispose]();
    {
      using scoped = new AioContext({ maxInFlight: 1 });
      expect(scoped.closed).toBe(false);
    }
    {
      await using scoped = new AioContext({ maxInFlight: 1 });
      expect(scoped.closed).toBe(false);
    }
    expect(contexts()).toBe(before);
  });

  test('refuses everything once it is closed, clearly', async () => {
    const context = new AioContext({ maxInFlight: 1 });
    context.close();
    const closed = withCode('ERR_AIO_CONTEXT_CLOSED');
    const operation = reading();
    expect(() => context.submit(operation)).toThrow(closed);
    expect(() => context.submit()).toThrow(closed);
    expect(() => context.getEvents(0, 1, 0n)).toThrow(closed);
    expect(() => context.cancel(operation)).toThrow(closed);
    expect(() => context[Symbol.asyncIterator]()).toThrow(closed);
    await expect(context.run(operation)).rejects.toEqual(closed);
    expect(operation.inFlight).toBe(false);
  });

  test('for more than the machine allows gives EAGAIN, with the figures', () => {
    const limit = Number(readFileSync('/proc/sys/fs/aio-max-nr', 'utf8'));
    const before = contexts();
    const error = thrown(() => new AioContext({ maxInFlight: limit + 1 }));
    expect(error).toMatchObject({ code: 'EAGAIN', errno: -11, syscall: 'io_setup' });
    expect(error.message).toContain(`aio-max-nr ${limit}`);
    expect(contexts()).toBe(before);
  });

  test.for([0, -1, 1.5, NaN, 2 ** 22 + 1])('for %d operations is out of range', (maxInFlight) => {
    expect(() => new AioContext({ maxInFlight })).toThrow(withCode('ERR_OUT_OF_RANGE'));
  });

  test.for([null, '8', 8n, {}])('for %o operations is a type error', (maxInFlight) => {
    const wrong = { maxInFlight } as unknown as { maxInFlight: number };
    expect(() => new AioContext(wrong)).toThrow(withCode('ERR_INVALID_ARG_TYPE'));
    expect(() => new AioContext(8 as unknown as object)).toThrow(withCode('ERR_INVALID_ARG_TYPE'));
  });
});

describe('submit', () => {
  test('of nothing is nothing', () => {
    using context = new AioContext({ maxInFlight: 2 });
    expect(context.submit()).toBe(0);
    expect(context.getEvents(0, 100)).toEqual([]);
  });

  test('takes many at once, and each can be submitted again', () => {
    using context = new AioContext({ maxInFlight: 32 });
    const operations = readings(32);
    for (let round = 0; round < 3; round++) {
      expect(context.submit(...operations)).toBe(32);
      expect(context.inFlight).toBe(32);
      expect(operations.every(({ inFlight }) => inFlight)).toBe(true);
      const events = context.getEvents(32, 32);
      for (const event of events) expectRead(event, operations.indexOf(event.operation as never));
      expect(new Set(events.map(({ operation }) => operation)).size).toBe(32);
      expect(operations.some(({ inFlight }) => inFlight)).toBe(false);
      for (const operation of operations) operation.buffer = Buffer.alloc(64);
    }
    expect(context.inFlight).toBe(0);
  });

  test('takes nothing where there is no room for all', () => {
    using context = new AioContext({ maxInFlight: 4 });
    const operations = readings(6);
    const error = thrown(() => context.submit(...operations));
    expect(error).toMatchObject({ code: 'EAGAIN', syscall: 'io_submit', submitted: 0 });
    expect(error.operation).toBe(operations[0]);
    expect(operations.some(({ inFlight }) => inFlight)).toBe(false);
    expect(context.submit(...operations.slice(0, 3))).toBe(3);
    expect(thrown(() => context.submit(...operations.slice(3)))).toMatchObject({
      code: 'EAGAIN',
      submitted: 0,
    });
    expect(context.getEvents(3, 10)).toHaveLength(3);
    expect(context.submit(...operations.slice(3))).toBe(3);
    expect(context.getEvents(3, 10)).toHaveLength(3);
  });

  test('with one in the middle that the kernel refuses says which went, and which did not', () => {
    using context = new AioContext({ maxInFlight: 8 });
    const bad = new ReadOperation({ file: 2 ** 30, buffer: Buffer.alloc(8) });
    const [first, second, last] = [reading(0), reading(1), reading(2)];
    const error = thrown(() => context.submit(first, second, bad, last));
    expect(error).toMatchObject({ code: 'EBADF', errno: -9, syscall: 'io_submit', submitted: 2 });
    expect(error.operation).toBe(bad);
    expect([first, second, bad, last].map(({ inFlight }) => inFlight)).toEqual([
      true,
      true,
      false,
      false,
    ]);
    const events = context.getEvents(2, 10);
    expect(events.map(({ operation }) => operation)).toEqual([first, second]);
    // What was refused can be put right, and what was behind it goes as ever.
    bad.file = fd;
    expect(context.submit(bad, last)).toBe(2);
    expect(context.getEvents(2, 10).map(({ result }) => result)).toEqual([8, 64]);
  });

  test('takes nothing where one of them is not in order', () => {
    using context = new AioContext({ maxInFlight: 8 });
    const good = reading();
    const converted = reading();
    converted.convert(WriteOperation);
    const cases: [unknown, string][] = [
      [converted, 'ERR_AIO_CONVERTED'],
      [good, 'ERR_AIO_IN_FLIGHT'], // twice
      [null, 'ERR_INVALID_ARG_TYPE'],
      [{ file: fd, buffer: Buffer.alloc(1) }, 'ERR_INVALID_ARG_TYPE'],
      [Object.create(AioEvent.prototype), 'ERR_INVALID_ARG_TYPE'],
    ];
    for (const [operation, code] of cases) {
      const error = thrown(() => context.submit(good, operation as ReadOperation));
      expect(error).toMatchObject({ code, submitted: 0 });
      expect(error.operation).toBe(operation);
      expect(good.inFlight).toBe(false);
    }
    expect(context.inFlight).toBe(0);
  });

  test('of what is in flight already is refused, in this and in another context', () => {
    using pipe = new Pipe();
    using context = new AioContext({ maxInFlight: 2 });
    using other = new AioContext({ maxInFlight: 2 });
    const operation = polling(pipe);
    context.submit(operation);
    for (const each of [context, other]) {
      expect(thrown(() => each.submit(operation))).toMatchObject({ code: 'ERR_AIO_IN_FLIGHT' });
    }
    expect(thrown(() => other.cancel(operation))).toMatchObject({ code: 'ERR_INVALID_STATE' });
    pipe.fill();
    expect(context.getEvents(1, 1)).toHaveLength(1);
    expect(other.submit(operation)).toBe(1);
    expect(other.getEvents(1, 1)).toHaveLength(1);
  });
});

describe('getEvents', () => {
  test('does not wait where the timeout is 0, though nothing has completed', () => {
    using pipe = new Pipe();
    using context = new AioContext({ maxInFlight: 2 });
    context.submit(polling(pipe));
    expect(context.getEvents(1, 1, 0n)).toEqual([]);
    expect(context.getEvents(0, 1)).toEqual([]);
    pipe.fill();
    expect(context.getEvents(1, 1, 0n)).toHaveLength(1);
  });

  test('waits no shorter than the timeout for what does not come', () => {
    using pipe = new Pipe();
    using context = new AioContext({ maxInFlight: 2 });
    const began = process.hrtime.bigint();
    expect(context.getEvents(1, 1, 10_000_000n)).toEqual([]);
    context.submit(polling(pipe));
    expect(context.getEvents(1, 1, 10_000_000n)).toEqual([]);
    expect(process.hrtime.bigint() - began).toBeGreaterThanOrEqual(20_000_000n);
  });

  test('refuses to wait for ever for what cannot come', () => {
    using context = new AioContext({ maxInFlight: 4 });
    context.submit(reading());
    const error = thrown(() => context.getEvents(2, 4));
    expect(error).toMatchObject({ code: 'ERR_OUT_OF_RANGE' });
    expect(error.message).toContain('"min"');
    expect(context.getEvents(1, 4)).toHaveLength(1);
    expect(thrown(() => context.getEvents(1, 1))).toMatchObject({ code: 'ERR_OUT_OF_RANGE' });
  });

  test('gives no more than asked for, and keeps the rest in order', () => {
    using context = new AioContext({ maxInFlight: 600 });
    const operations = readings(600);
    context.submit(...operations);
    expect(context.getEvents(0, 0)).toEqual([]);
    const events = [context.getEvents(1, 1), context.getEvents(599, 1000)].flat();
    expect(events.map(({ operation }) => operation)).toEqual(operations);
  });

  test.for([
    [-1, 1],
    [2, 1],
    [1.5, 2],
    [0, -1],
    [0, NaN],
    [0, 1, -1n],
    [0, 1, 2n ** 63n],
  ] as const)('refuses %o, %o, %o', ([min, max, timeoutNs]) => {
    using context = new AioContext({ maxInFlight: 1 });
    expect(thrown(() => context.getEvents(min, max, timeoutNs))).toMatchObject({
      code: 'ERR_OUT_OF_RANGE',
    });
  });

  test.for([
    ['0', 1],
    [0, '1'],
    [0, 1, 5],
    [0, 1, null],
  ])('refuses %o, %o, %o, which are of the wrong type', ([min, max, timeoutNs]) => {
    using context = new AioContext({ maxInFlight: 1 });
    const wrong = (): unknown =>
      context.getEvents(min as number, max as number, timeoutNs as unknown as bigint);
    expect(thrown(wrong)).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' });
  });
});

describe('run', () => {
  test('resolves to the event of its operation', async () => {
    using context = new AioContext({ maxInFlight: 4 });
    const operation = reading(3);
    const event = await context.run(operation);
    expect(event).toBeInstanceOf(AioEvent);
    expect(event.operation).toBe(operation);
    expect(event.buffer).toBe(operation.buffer);
    expect(event).toMatchObject({ result: 64, result2: 0, error: null, buffers: null });
    expectRead(event, 3);
  });

  test('of more than there is room for takes turns', async () => {
    using context = new AioContext({ maxInFlight: 4 });
    const operations = readings(100);
    const events = await Promise.all(operations.map((operation) => context.run(operation)));
    events.forEach(expectRead);
    expect(context.inFlight).toBe(0);
  });

  test('rejects with an error of the shape of Node’s own, whoever found the fault', async () => {
    using context = new AioContext({ maxInFlight: 4 });
    const writeOnly = openSync(folder.file('file'), 'a');
    const bad = new ReadOperation({ file: writeOnly, buffer: Buffer.alloc(8) });
    const good = reading();
    const [failed, read] = await Promise.allSettled([context.run(bad), context.run(good)]);
    expect(failed.status === 'rejected' && (failed.reason as Error).message).toBe(
      'EBADF: bad file descriptor, read',
    );
    expect(read.status).toBe('fulfilled');
    closeSync(writeOnly);
    const directory = openSync(folder.path, 'r');
    await expect(
      context.run(new ReadOperation({ file: directory, buffer: Buffer.alloc(8) })),
    ).rejects.toMatchObject({ syscall: 'read', errno: expect.any(Number) as number });
    closeSync(directory);
    expect([bad.inFlight, good.inFlight]).toEqual([false, false]);
  });

  test('again while in flight is refused', async () => {
    using context = new AioContext({ maxInFlight: 4 });
    const operation = reading();
    const first = context.run(operation);
    await expect(context.run(operation)).rejects.toEqual(withCode('ERR_AIO_IN_FLIGHT'));
    expect(thrown(() => context.submit(operation))).toMatchObject({ code: 'ERR_AIO_IN_FLIGHT' });
    expectRead(await first, 0);
  });

  test('of reads that complete on the spot, without end, lets timers have their turn', async () => {
    using context = new AioContext({ maxInFlight: 4 });
    const clock = { over: false };
    const timer = delay(5).then(() => (clock.over = true));
    let reads = 0;
    const operation = reading();
    while (!clock.over) {
      await context.run(operation);
      reads++;
    }
    await timer;
    expect(reads).toBeGreaterThan(0);
  });

  test('of a write, then of an fsync, makes what was written durable', async () => {
    using context = new AioContext({ maxInFlight: 4 });
    const path = folder.file('written');
    writeFileSync(path, '');
    await using handle = await open(path, 'r+');
    const write = new WriteOperation({ file: handle, buffer: Buffer.from('hello'), offset: 3 });
    expect((await context.run(write)).result).toBe(5);
    expect((await context.run(new FsyncOperation({ file: handle }))).result).toBe(0);
    expect((await context.run(new FdatasyncOperation({ file: handle }))).result).toBe(0);
    expect(readFileSync(path, 'latin1')).toBe('\0\0\0hello');
  });
});

describe('a handle', () => {
  test('that is closed while an operation of it waits stays open until that has ended', async () => {
    using context = new AioContext({ maxInFlight: 1 });
    const handle = await open(folder.file('file'), 'r');
    const runs = [0, 1, 2].map((index) =>
      context.run(
        new ReadOperation({ file: handle, buffer: Buffer.alloc(64), offset: index * 64 }),
      ),
    );
    const closing = handle.close();
    (await Promise.all(runs)).forEach(expectRead);
    await closing;
    expect(handle.fd).toBe(-1);
  });

  test('that was closed gives EBADF', async () => {
    using context = new AioContext({ maxInFlight: 1 });
    const handle = await open(folder.file('file'), 'r');
    const operation = new ReadOperation({ file: handle, buffer: Buffer.alloc(64) });
    await handle.close();
    expect(operation.fd).toBe(-1);
    expect(thrown(() => context.submit(operation))).toMatchObject({ code: 'EBADF' });
    await expect(context.run(operation)).rejects.toEqual(withCode('EBADF'));
    operation.file = fd;
    expectRead(await context.run(operation), 0);
  });
});

describe('for await', () => {
  test('gives every event once, in order, and ends', async () => {
    using context = new AioContext({ maxInFlight: 16 });
    const operations = readings(16);
    context.submit(...operations);
    const seen: unknown[] = [];
    for await (const event of context) seen.push(event.operation);
    expect(seen).toEqual(operations);
    for await (const event of context) seen.push(event);
    expect(seen).toHaveLength(16);
  });

  test('goes on with what is submitted meanwhile, and waits for what is not ready', async () => {
    using pipe = new Pipe();
    using context = new AioContext({ maxInFlight: 4 });
    const poll = polling(pipe);
    context.submit(poll);
    setImmediate(() => {
      pipe.fill();
    });
    const results: number[] = [];
    for await (const event of context) {
      results.push(event.result);
      if (results.length === 1) context.submit(reading());
    }
    expect(results[0]! & POLLIN).toBe(POLLIN);
    expect(results[1]).toBe(64);
  });

  test('of reads that complete on the spot, without end, lets timers have their turn', async () => {
    using context = new AioContext({ maxInFlight: 4 });
    const clock = { over: false };
    const timer = delay(5).then(() => (clock.over = true));
    context.submit(reading());
    for await (const { operation } of context) if (!clock.over) context.submit(operation);
    await timer;
    expect(context.inFlight).toBe(0);
  });

  test('by two shares the events', async () => {
    using context = new AioContext({ maxInFlight: 100 });
    context.submit(...readings(100));
    const seen: unknown[] = [];
    const consume = async (): Promise<void> => {
      for await (const { operation } of context) seen.push(operation);
    };
    await Promise.all([consume(), consume()]);
    expect(new Set(seen).size).toBe(100);
    expect(seen).toHaveLength(100);
  });

  test('that is broken off leaves the other events', async () => {
    using context = new AioContext({ maxInFlight: 4 });
    context.submit(...readings(4));
    for await (const event of context) {
      expectRead(event, 0);
      break;
    }
    expect(context.getEvents(3, 4)).toHaveLength(3);
  });

  test('gives what is left after the context was closed, and ends', async () => {
    const context = new AioContext({ maxInFlight: 4 });
    const operations = readings(3);
    context.submit(...operations);
    const seen: unknown[] = [];
    for await (const event of context) {
      seen.push(event.operation);
      context.close();
    }
    expect(seen).toEqual(operations);
  });
});

test('a handle is closed while an event of it has not been collected: the kernel has the file', async () => {
  using context = new AioContext({ maxInFlight: 2 });
  const handle = await open(folder.file('file'));
  const operation = new ReadOperation({ file: handle, buffer: Buffer.alloc(64) });
  context.submit(operation);
  await handle.close();
  expect(operation.fd).toBe(-1);
  expectRead(context.getEvents(1, 2)[0], 0);
});

describe('a file whose descriptor is found by user code', () => {
  /** Gives the descriptor, after it has done something. */
  const after = (work: () => void): { readonly fd: number } => ({
    get fd() {
      work();
      return fd;
    },
  });
  const readingOf = (file: { readonly fd: number }): ReadOperation =>
    new ReadOperation({ file, buffer: Buffer.alloc(64), offset: 64 });

  test('that throws fails that operation only, and nothing is left in flight', async () => {
    using context = new AioContext({ maxInFlight: 4 });
    let closed = false;
    const bad = readingOf(
      after(() => {
        if (closed) throw new Error('the file is closed');
      }),
    );
    const runs = [reading(), bad, reading(2)].map((operation) => context.run(operation));
    closed = true;
    const [first, second, third] = await Promise.allSettled(runs);
    expect(first).toMatchObject({ status: 'fulfilled', value: { result: 64 } });
    expect(second).toMatchObject({ status: 'rejected', reason: { message: 'the file is closed' } });
    expect(third).toMatchObject({ status: 'fulfilled', value: { result: 64 } });
    expect(context.inFlight).toBe(0);
    expect(thrown(() => context.submit(bad)).message).toBe('the file is closed');
    expect(context.inFlight).toBe(0);
  });

  test('that submits meanwhile has both submitted', () => {
    using context = new AioContext({ maxInFlight: 8 });
    const inner = reading(3);
    let once = false;
    const outer = readingOf(
      after(() => {
        if (!once) return;
        once = false;
        context.submit(inner);
      }),
    );
    const plain = reading(2);
    once = true;
    context.submit(plain, outer);
    const events = context.getEvents(3, 8);
    expect(new Set(events.map(({ operation }) => operation))).toEqual(
      new Set([plain, outer, inner]),
    );
    expect(context.inFlight).toBe(0);
  });

  test('that submits its own operation has it in flight once', () => {
    using context = new AioContext({ maxInFlight: 8 });
    let submits = false;
    const operation: ReadOperation = readingOf(
      after(() => {
        if (!submits) return;
        submits = false;
        context.submit(operation);
      }),
    );
    submits = true;
    expect(thrown(() => context.submit(operation))).toMatchObject({ code: 'ERR_AIO_IN_FLIGHT' });
    expect(context.inFlight).toBe(1);
    expectRead(context.getEvents(1, 8)[0], 1);
  });
});

describe('polled and awaited use of one context', () => {
  // What is submitted by who polls signals nobody, so these have to be looked for.
  test('an iteration waits for what was submitted while events were polled', async () => {
    using pipe = new Pipe();
    using context = new AioContext({ maxInFlight: 4 });
    expect(context.getEvents(0, 4)).toEqual([]);
    const poll = polling(pipe);
    context.submit(poll);
    const iteration = context[Symbol.asyncIterator]();
    const next = iteration.next();
    setImmediate(() => {
      pipe.fill();
    });
    const { value } = await next;
    expect(value?.operation).toBe(poll);
    expect(await iteration.next()).toEqual({ done: true, value: undefined });
  });

  test('an iteration that waits is given what is submitted after events were polled', async () => {
    using first = new Pipe();
    using second = new Pipe();
    using context = new AioContext({ maxInFlight: 4 });
    context.submit(polling(first));
    const iteration = context[Symbol.asyncIterator]();
    const next = iteration.next();
    expect(context.getEvents(0, 4)).toEqual([]);
    const poll = polling(second);
    context.submit(poll);
    setImmediate(() => {
      second.fill();
    });
    expect((await next).value?.operation).toBe(poll);
  });

  test.each([true, false])(
    'what is run waits for room behind what signals nobody; polled: %s',
    async (polled) => {
      using pipe = new Pipe();
      using eventfd = new EventFd();
      using context = new AioContext({ maxInFlight: 1 });
      if (polled) context.getEvents(0, 1);
      const poll = polling(pipe);
      if (!polled) poll.eventfd = eventfd.fd;
      context.submit(poll);
      const run = context.run(reading());
      setImmediate(() => {
        pipe.fill();
      });
      expectRead(await run, 0);
      expect(context.getEvents(1, 1)[0]?.operation).toBe(poll);
    },
  );

  test('disposal waits for what was submitted while events were polled', async () => {
    using large = new LargeDirectRead(folder.file('large'));
    const context = new AioContext({ maxInFlight: 4 });
    expect(context.getEvents(0, 4)).toEqual([]);
    context.submit(large.operation);
    await context[Symbol.asyncDispose]();
    expect(large.operation.inFlight).toBe(false);
    expect(large.arrived).toBe(true);
  });

  test('take nothing from each other', async () => {
    using context = new AioContext({ maxInFlight: 64 });
    const operations = readings(64);
    const submitted = operations.filter((_, index) => index % 2 === 0);
    const run = operations.filter((_, index) => index % 2 === 1);
    const awaited = run.map((operation) => context.run(operation));
    context.submit(...submitted);
    // Collects the events of both from the kernel, and returns those of one kind.
    const events = context.getEvents(32, 64);
    expect(events.map(({ operation }) => operation)).toEqual(submitted);
    expect((await Promise.all(awaited)).map(({ operation }) => operation)).toEqual(run);
  });

  test('a promise settles although getEvents collected its event', async () => {
    using pipe = new Pipe();
    using context = new AioContext({ maxInFlight: 4 });
    const awaited = context.run(reading(5));
    context.submit(polling(pipe));
    expect(context.getEvents(1, 4, 1_000_000n)).toEqual([]);
    expectRead(await awaited, 5);
    pipe.fill();
    expect(context.getEvents(1, 4)).toHaveLength(1);
  });

  test('getEvents comes before an iteration that waits, which then ends', async () => {
    using pipe = new Pipe();
    using context = new AioContext({ maxInFlight: 4 });
    context.submit(polling(pipe));
    const iterator = context[Symbol.asyncIterator]();
    const next = iterator.next();
    pipe.fill();
    expect(context.getEvents(1, 1)).toHaveLength(1);
    expect(await next).toEqual({ done: true, value: undefined });
  });

  test('what was run before goes to the kernel before what is submitted', async () => {
    const path = folder.file('order');
    writeFileSync(path, '');
    const append = openSync(path, 'a');
    using context = new AioContext({ maxInFlight: 4 });
    const write = (text: string): WriteOperation =>
      new WriteOperation({ file: append, buffer: Buffer.from(text) });
    const first = context.run(write('first '));
    context.submit(write('second '));
    context.getEvents(1, 1);
    await first;
    expect(readFileSync(path, 'latin1')).toBe('first second ');
    closeSync(append);
  });
});

describe('cancel', () => {
  test('of a submitted poll is the kernel’s, and its event comes', () => {
    using pipe = new Pipe();
    using context = new AioContext({ maxInFlight: 4 });
    const poll = polling(pipe);
    context.submit(poll);
    expect(context.cancel(poll)).toBe(true);
    expect(poll.inFlight).toBe(true);
    expect(context.cancel(poll)).toBe(false);
    const [event] = context.getEvents(1, 1);
    expect(event).toMatchObject({ result: 0, error: null });
    expect(event?.operation).toBe(poll);
    expect(context.cancel(poll)).toBe(false);
    // It is as good as new.
    context.submit(poll);
    pipe.fill();
    expect(context.getEvents(1, 1)[0]!.result & POLLIN).toBe(POLLIN);
  });

  test('of a poll that is ready already comes too late', () => {
    using pipe = new Pipe();
    using context = new AioContext({ maxInFlight: 4 });
    const poll = polling(pipe);
    context.submit(poll);
    pipe.fill();
    expect(context.cancel(poll)).toBe(false);
    expect(context.getEvents(1, 1)[0]!.result & POLLIN).toBe(POLLIN);
  });

  test('of a poll that was run rejects with ECANCELED', async () => {
    using pipe = new Pipe();
    using context = new AioContext({ maxInFlight: 4 });
    const poll = polling(pipe);
    const inKernel = context.run(poll);
    context.submit();
    expect(context.inFlight).toBe(1);
    expect(context.cancel(poll)).toBe(true);
    await expect(inKernel).rejects.toMatchObject({ code: 'ECANCELED', syscall: 'poll' });
    expect(context.inFlight).toBe(0);
  });

  test('of what waits for its submission takes it back', async () => {
    using pipe = new Pipe();
    using context = new AioContext({ maxInFlight: 1 });
    const poll = polling(pipe);
    const [first, second, third] = [reading(0), reading(1), reading(2)];
    const runs = [context.run(poll), ...[first, second, third].map((each) => context.run(each))];
    context.submit();
    expect(context.cancel(second)).toBe(true);
    expect(second.inFlight).toBe(false);
    await expect(runs[2]).rejects.toMatchObject({ code: 'ECANCELED', syscall: 'read' });
    pipe.fill();
    expect((await runs[0])?.result).toBe(POLLIN | 0x40);
    expectRead(await runs[1], 0);
    expectRead(await runs[3], 2);
  });

  test('of a read that the kernel has is no use, and raises nothing', () => {
    using context = new AioContext({ maxInFlight: 4 });
    using large = new LargeDirectRead(folder.file('large'));
    context.submit(large.operation);
    expect(context.cancel(large.operation)).toBe(false);
    expect(context.getEvents(1, 1)[0]?.result).toBe(large.operation.length);
    expect(large.arrived).toBe(true);
    expect(context.cancel(large.operation)).toBe(false);
  });

  test.for([undefined, null, {}, 'poll'])('of %o is a type error', (operation) => {
    using context = new AioContext({ maxInFlight: 1 });
    expect(thrown(() => context.cancel(operation as PollOperation))).toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
    });
  });
});

describe('giving up', () => {
  test('on a poll has the kernel cancel it', async () => {
    using pipe = new Pipe();
    using context = new AioContext({ maxInFlight: 4 });
    const controller = new AbortController();
    const poll = polling(pipe);
    const run = context.run(poll, { signal: controller.signal });
    context.submit();
    controller.abort('enough');
    await expect(run).rejects.toMatchObject({ name: 'AbortError', cause: 'enough' });
    // Nothing is ready, so it can only end by having been cancelled.
    await context[Symbol.asyncDispose]();
    expect(poll.inFlight).toBe(false);
    expect(context.inFlight).toBe(0);
  });

  test('by a signal that refuses to be listened to leaves nothing in flight', async () => {
    using context = new AioContext({ maxInFlight: 4 });
    const { signal } = new AbortController();
    const error = new Error('no');
    signal.addEventListener = () => {
      throw error;
    };
    const operation = reading(3);
    await expect(context.run(operation, { signal })).rejects.toBe(error);
    expect(operation.inFlight).toBe(false);
    expectRead(await context.run(operation), 3);
  });

  test('by a signal that aborts while it begins to be listened to leaves nothing behind', async () => {
    const context = new AioContext({ maxInFlight: 4 });
    const controller = new AbortController();
    const { signal } = controller;
    const listen = signal.addEventListener.bind(signal);
    signal.addEventListener = (...args: [string, () => void]) => {
      listen(...args);
      controller.abort();
    };
    const operation = reading(3);
    await expect(context.run(operation, { signal })).rejects.toMatchObject({ code: 'ABORT_ERR' });
    expect(operation.inFlight).toBe(false);
    context.submit(operation);
    expectRead(context.getEvents(1, 1)[0], 3);
    await context[Symbol.asyncDispose]();
  });

  test('by a signal that closes the context while it begins to be listened to settles it', async () => {
    const context = new AioContext({ maxInFlight: 4 });
    const { signal } = new AbortController();
    signal.addEventListener = () => {
      context.close();
    };
    await expect(context.run(reading(), { signal })).rejects.toMatchObject({
      code: 'ERR_AIO_CONTEXT_CLOSED',
    });
  });

  test('by a signal that refuses to be forgotten keeps nobody from their results', async () => {
    using context = new AioContext({ maxInFlight: 4 });
    const { signal } = new AbortController();
    signal.removeEventListener = () => {
      throw new Error('no');
    };
    const runs = [context.run(reading(1), { signal }), context.run(reading(2))];
    for (const [i, event] of (await Promise.all(runs)).entries()) expectRead(event, i + 1);
    expect(context.inFlight).toBe(0);
  });

  test('before the kernel has it takes it back, and with an aborted signal it never begins', async () => {
    using context = new AioContext({ maxInFlight: 4 });
    const controller = new AbortController();
    const operation = reading();
    const run = context.run(operation, { signal: controller.signal });
    controller.abort();
    expect(operation.inFlight).toBe(false);
    await expect(run).rejects.toMatchObject({ name: 'AbortError', code: 'ABORT_ERR' });
    await expect(context.run(operation, { signal: controller.signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expectRead(await context.run(operation), 0);
  });

  test('on a read leaves it in flight, and its buffer kept, until the kernel is done with it', async ({
    skip,
  }) => {
    using context = new AioContext({ maxInFlight: 4 });
    const controller = new AbortController();
    using large = new LargeDirectRead(folder.file('large'));
    const run = context.run(large.operation, { signal: controller.signal });
    context.submit(); // what was run goes to the kernel now
    // Not in flight only because all of it is there: then there is nothing to give up on.
    expect(large.operation.inFlight || large.arrived).toBe(true);
    skip(!large.operation.inFlight, 'not runnable here: the disk was faster than io_submit');
    controller.abort();
    await expect(run).rejects.toMatchObject({ name: 'AbortError' });
    expect(large.operation.inFlight).toBe(true);
    expect(thrown(() => (large.operation.length = 1))).toMatchObject({
      code: 'ERR_AIO_IN_FLIGHT',
    });
    await context[Symbol.asyncDispose]();
    expect(large.operation.inFlight).toBe(false);
    expect(large.arrived).toBe(true);
  });

  test('after a timeout', async () => {
    using pipe = new Pipe();
    using context = new AioContext({ maxInFlight: 4 });
    await expect(context.run(polling(pipe), { timeout: 1 })).rejects.toMatchObject({
      name: 'AbortError',
      cause: { name: 'TimeoutError' },
    });
  });

  test.for([{ timeout: -1 }, { timeout: 'x' }, { signal: {} }, null, 5])(
    'is refused with %o',
    async (patience) => {
      using context = new AioContext({ maxInFlight: 4 });
      const operation = reading();
      await expect(context.run(operation, patience as object)).rejects.toMatchObject({
        code: expect.stringMatching(/^ERR_(OUT_OF_RANGE|INVALID_ARG_TYPE)$/) as string,
      });
      expect(operation.inFlight).toBe(false);
    },
  );
});

describe('closing', () => {
  test('settles what ran as it ended, and cancels polls', async () => {
    using pipe = new Pipe();
    const context = new AioContext({ maxInFlight: 2 });
    const operations = [reading(), polling(pipe)];
    const settled = Promise.allSettled(operations.map((operation) => context.run(operation)));
    context.submit(); // what was run goes to the kernel now
    context.close();
    const [read, poll] = await settled;
    expect(read).toMatchObject({ status: 'fulfilled', value: { result: 64 } });
    expect(poll).toMatchObject({ status: 'rejected', reason: { code: 'ECANCELED' } });
    expect(operations.some(({ inFlight }) => inFlight)).toBe(false);
  });

  test('rejects what still waits for room', async () => {
    using pipe = new Pipe();
    const context = new AioContext({ maxInFlight: 1 });
    const poll = polling(pipe);
    context.submit(poll);
    const waiting = context.run(reading());
    context.close();
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_AIO_CONTEXT_CLOSED' });
    expect(poll.inFlight).toBe(false);
  });

  test('asynchronously lets everything end but polls, which it cancels', async () => {
    using pipe = new Pipe();
    const before = contexts();
    const context = new AioContext({ maxInFlight: 2 });
    const poll = context.run(polling(pipe));
    const reads = readings(20).map((operation) => context.run(operation));
    const all = Promise.allSettled([poll, ...reads]);
    const closings = [context[Symbol.asyncDispose](), context[Symbol.asyncDispose]()];
    expect(context.closed).toBe(true);
    await expect(context.run(reading())).rejects.toEqual(withCode('ERR_AIO_CONTEXT_CLOSED'));
    await Promise.all(closings);
    const [cancelled, ...others] = await all;
    expect(cancelled).toMatchObject({ status: 'rejected' });
    others.forEach((each) => {
      expect(each.status).toBe('fulfilled');
    });
    expect(contexts()).toBe(before);
  });

  test('asynchronously does not hold the event loop up, and is one and the same for all', async () => {
    const before = contexts();
    const context = new AioContext({ maxInFlight: 2 });
    let turned = false;
    setImmediate(() => (turned = true));
    const closings = [context[Symbol.asyncDispose](), context[Symbol.asyncDispose]()];
    await Promise.race(closings);
    expect(turned).toBe(true);
    expect(contexts()).toBe(before);
    context.close();
    await context[Symbol.asyncDispose]();
  });

  test('at once overtakes closing asynchronously', async () => {
    using pipe = new Pipe();
    const before = contexts();
    const context = new AioContext({ maxInFlight: 2 });
    using large = new LargeDirectRead(folder.file('large'));
    context.submit(large.operation, polling(pipe));
    const closing = context[Symbol.asyncDispose]();
    context.close();
    expect(contexts()).toBe(before);
    expect(large.arrived).toBe(true);
    await closing;
  });

  test('ends an iteration that waits', async () => {
    using pipe = new Pipe();
    const context = new AioContext({ maxInFlight: 2 });
    context.submit(polling(pipe));
    const iterator = context[Symbol.asyncIterator]();
    const [first, second] = [iterator.next(), iterator.next()];
    context.close();
    // The cancelled poll's event, then the end.
    expect((await first).value?.result).toBe(0);
    expect(await second).toEqual({ done: true, value: undefined });
  });
});

test('a poll of a writable end is ready for writing', async () => {
  using pipe = new Pipe();
  using context = new AioContext({ maxInFlight: 2 });
  const { result } = await context.run(
    new PollOperation({ file: pipe.writeEnd, mask: POLLIN | POLLOUT }),
  );
  expect(result & POLLOUT).toBe(POLLOUT);
});
