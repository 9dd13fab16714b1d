// What an iteration over a context leaves to others: what was run, and what it had asked for when it was ended.
import { execFileSync } from 'node:child_process';
import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AioContext, POLLIN, PollOperation } from '../src/index.js';
import { inChild } from './support/child.js';
import { Pipe } from './support/pipe.js';
import { TempFolder } from './support/temp-folder.js';

const DONE = { done: true, value: undefined };

let folder: TempFolder;
beforeAll(() => {
  folder = new TempFolder();
});
afterAll(() => folder[Symbol.dispose]());

const polling = (pipe: Pipe): PollOperation =>
  new PollOperation({ file: pipe.readEnd, mask: POLLIN });

test.for(['an event', 'the end'] as const)(
  'a process ends by itself when what it awaited of a context came with %s of an iteration',
  async (last) => {
    const fifo = folder.file(last);
    execFileSync('mkfifo', [fifo]);
    const { status, stderr, result } = await inChild(
      async ({ aio, fs, nextTurn }, [path, last]) => {
        const { O_NONBLOCK, O_RDONLY, O_RDWR } = fs.constants;
        const both = fs.openSync(path, O_RDWR | O_NONBLOCK);
        const file = fs.openSync(path, O_RDONLY | O_NONBLOCK);
        // It stays open, and must not hold the process.
        const context = new aio.AioContext({ maxInFlight: 2 });
        const run = context.run(new aio.PollOperation({ file, mask: aio.POLLIN }));
        await nextTurn();
        // The turn in which it went is over, so an iteration has its own share of this one.
        await nextTurn();
        fs.writeSync(both, 'x');
        if (last === 'an event') context.submit(new aio.PollOperation({ file, mask: aio.POLLIN }));
        const { done } = await context[Symbol.asyncIterator]().next();
        return [done === true, ((await run).result & aio.POLLIN) !== 0];
      },
      [fifo, last] as const,
    );
    const expected = [last === 'the end', true];
    expect({ status, stderr, result }).toEqual({ status: 0, stderr: '', result: expected });
  },
);

test('an iteration that is ended takes no event with it', async () => {
  using pipe = new Pipe();
  using context = new AioContext({ maxInFlight: 2 });
  const poll = polling(pipe);
  context.submit(poll);
  const ended = context[Symbol.asyncIterator]();
  const other = context[Symbol.asyncIterator]();
  const pending = [ended.next(), ended.next()];
  const next = other.next();
  expect(await ended.return?.()).toEqual(DONE);
  expect(await Promise.all(pending)).toEqual([DONE, DONE]);
  expect(await ended.next()).toEqual(DONE);
  pipe.fill();
  expect((await next).value?.operation).toBe(poll);
});

test('a stream of events that is destroyed leaves them to others', async () => {
  using pipe = new Pipe();
  using context = new AioContext({ maxInFlight: 2 });
  const poll = polling(pipe);
  context.submit(poll);
  const stream = Readable.from(context).resume();
  await nextTurn();
  stream.destroy();
  await nextTurn();
  pipe.fill();
  const seen: unknown[] = [];
  for await (const { operation } of context) seen.push(operation);
  expect(seen).toEqual([poll]);
});

test('a process ends by itself when an iteration that waits is ended', async () => {
  const fifo = folder.file('ended');
  execFileSync('mkfifo', [fifo]);
  const { status, stderr, result } = await inChild(async ({ aio, fs }, path) => {
    const file = fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_NONBLOCK);
    const readEnd = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    const context = new aio.AioContext({ maxInFlight: 2 });
    context.submit(new aio.PollOperation({ file: readEnd, mask: aio.POLLIN }));
    const iteration = context[Symbol.asyncIterator]();
    const next = iteration.next();
    await iteration.return?.();
    return [(await next).done, file > 0];
  }, fifo);
  expect({ status, stderr, result }).toEqual({ status: 0, stderr: '', result: [true, true] });
});
