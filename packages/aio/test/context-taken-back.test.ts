// What was run, and is taken back before there was room for it, leaves nothing behind.
import { execFileSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AioContext, POLLIN, PollOperation, ReadOperation } from '../src/index.js';
import { inChild } from './support/child.js';
import { collectGarbageUntil } from './support/collect-garbage.js';
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

const reading = (): ReadOperation => new ReadOperation({ file: fd, buffer: Buffer.alloc(64) });

/** A context without room, until there is something in the pipe. */
function fill(pipe: Pipe): AioContext {
  const context = new AioContext({ maxInFlight: 1 });
  context.submit(new PollOperation({ file: pipe.readEnd, mask: POLLIN }));
  return context;
}

/** Runs an operation, and takes it back. */
async function takeBack(context: AioContext): Promise<WeakRef<ReadOperation>> {
  const operation = reading();
  const controller = new AbortController();
  const run = context.run(operation, { signal: controller.signal });
  // It is looked for room for it, in vain.
  await new Promise((resolve) => process.nextTick(resolve));
  controller.abort();
  await expect(run).rejects.toMatchObject({ name: 'AbortError' });
  return new WeakRef(operation);
}

test('a process ends by itself when it waits for nothing that it has run any more', async () => {
  const fifo = folder.file('fifo');
  execFileSync('mkfifo', [fifo]);
  const { status, stderr, result } = await inChild(async ({ aio, fs, nextTurn }, path) => {
    const { O_NONBLOCK, O_RDONLY, O_RDWR } = fs.constants;
    const both = fs.openSync(path, O_RDWR | O_NONBLOCK);
    const file = fs.openSync(path, O_RDONLY | O_NONBLOCK);
    const context = new aio.AioContext({ maxInFlight: 1 });
    // What is submitted from now on signals nobody, so that room has to be looked for.
    context.getEvents(0, 0, 0n);
    context.submit(new aio.PollOperation({ file, mask: aio.POLLIN }));
    const controller = new AbortController();
    const read = new aio.ReadOperation({ file: both, buffer: Buffer.alloc(1) });
    const run = context.run(read, { signal: controller.signal });
    await nextTurn();
    controller.abort();
    return run.then(
      () => 'read',
      (error: unknown) => (error as Error).name,
    );
  }, fifo);
  expect({ status, stderr, result }).toEqual({ status: 0, stderr: '', result: 'AbortError' });
});

test.for([0, 4])('they are forgotten, though %i that wait are not', async (others) => {
  using pipe = new Pipe();
  using context = fill(pipe);
  const waiting = Array.from({ length: others }, () => context.run(reading()));
  const taken: WeakRef<ReadOperation>[] = [];
  for (let i = 0; i < 100; i++) taken.push(await takeBack(context));
  const left = (): number => taken.filter((operation) => operation.deref() !== undefined).length;
  // No more than there are others, as long as these wait.
  expect(await collectGarbageUntil(() => left() <= others)).toBe(true);
  pipe.fill();
  context.getEvents(1, 1);
  expect(await Promise.all(waiting)).toHaveLength(others);
});

test('those between which they stood go in order', async () => {
  using pipe = new Pipe();
  using context = fill(pipe);
  const seen: number[] = [];
  const runs = Array.from({ length: 300 }, (_, index) => {
    const operation = reading();
    const run = context.run(operation).then(
      () => seen.push(index),
      () => undefined,
    );
    return { operation, run };
  });
  for (const [index, { operation }] of runs.entries()) if (index % 3 > 0) context.cancel(operation);
  pipe.fill();
  context.getEvents(1, 1);
  await Promise.all(runs.map(({ run }) => run));
  expect(seen).toEqual(Array.from({ length: 100 }, (_, index) => index * 3));
});
