// Who goes before whom in a context, on the way in and on the way out.
import { closeSync, openSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import * as bind from 'aio-bind';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { AioContext, POLLIN, PollOperation, WriteOperation } from '../src/index.js';
import { Pipe } from './support/pipe.js';
import { TempFolder } from './support/temp-folder.js';

// Real, but watched.
vi.mock('aio-bind', { spy: true });

let folder: TempFolder;
beforeAll(() => {
  folder = new TempFolder();
});
afterAll(() => folder[Symbol.dispose]());

let append: number;
beforeEach(({ task }) => {
  append = openSync(folder.file(task.id), 'a');
});
afterEach(() => {
  vi.mocked(bind.io_submit).mockReset();
  closeSync(append);
});

/** Appends to a file, which so tells who went first. */
const write = (text: string): WriteOperation =>
  new WriteOperation({ file: append, buffer: Buffer.from(text) });
const written = (): string => readFileSync(`/proc/self/fd/${append}`, 'latin1');
const polling = (pipe: Pipe): PollOperation =>
  new PollOperation({ file: pipe.readEnd, mask: POLLIN });

test('all that was run goes before what is submitted, however long that takes', async () => {
  using context = new AioContext({ maxInFlight: 512 });
  const runs = Array.from({ length: 400 }, () => context.run(write('-')));
  // Each look at the clock finds that this turn has had its share.
  let now = performance.now();
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 1000));
  try {
    context.submit(write('!'));
  } finally {
    clock.mockRestore();
  }
  await Promise.all(runs);
  expect(written()).toBe(`${'-'.repeat(400)}!`);
});

test('what was run is given the room that an iteration leaves before what is submitted then', async () => {
  using pipe = new Pipe();
  using context = new AioContext({ maxInFlight: 1 });
  context.submit(polling(pipe));
  const run = context.run(write('first '));
  // It has been found that there is no room, and an iteration has its own share of the turn after that.
  await nextTurn();
  await nextTurn();
  pipe.fill();
  await context[Symbol.asyncIterator]().next();
  context.submit(write('second '));
  await run;
  expect(written()).toBe('first second ');
});

test.for(['now', 'before'] as const)(
  'nothing is submitted before what was run, and was refused for want of room %s',
  async (when) => {
    using context = new AioContext({ maxInFlight: 4 });
    vi.mocked(bind.io_submit).mockImplementation(() => {
      throw bind.errnoError(-constants.errno.EAGAIN, 'io_submit');
    });
    const run = context.run(write('first '));
    const second = write('second ');
    if (when === 'before') await nextTurn();
    else {
      expect(() => context.submit(second)).toThrow(
        expect.objectContaining({ code: 'EAGAIN', submitted: 0, operation: second }),
      );
      expect(second.inFlight).toBe(false);
      // It submits nothing, and so needs no room.
      expect(context.submit()).toBe(0);
    }
    vi.mocked(bind.io_submit).mockReset();
    context.submit(second);
    await run;
    expect(written()).toBe('first second ');
  },
);

test('getEvents comes before an iteration that waits, also where something was run meanwhile', async () => {
  using pipe = new Pipe();
  using context = new AioContext({ maxInFlight: 4 });
  const poll = polling(pipe);
  context.submit(poll);
  const next = context[Symbol.asyncIterator]().next();
  pipe.fill();
  const run = context.run(write('meanwhile'));
  expect(context.getEvents(1, 1)).toMatchObject([{ operation: poll }]);
  expect(await next).toEqual({ done: true, value: undefined });
  await run;
});
