// Cancel, abort, timeout and completion race each other: 100,000 times with AIO_TEST_FULL=1.
import { closeSync, openSync, readdirSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AioContext, POLLIN, PollOperation, ReadOperation, open, poll } from '../src/index.js';
import { collectGarbage } from './support/collect-garbage.js';
import { contexts } from './support/mappings.js';
import { writeNumbered } from './support/page-cache.js';
import { makePipes } from './support/pipe.js';
import { rounds } from './support/rounds.js';
import { TempFolder } from './support/temp-folder.js';

const RACES = rounds(100_000, 1000);
const AT_ONCE = 50;
const FILE_BYTES = 1 << 20;
const MIB = 1 << 20;
const patience = { timeout: 600_000 };

let folder: TempFolder;
let contents: Buffer;
beforeAll(() => {
  folder = new TempFolder();
  contents = writeNumbered(folder.file('file'), FILE_BYTES);
});
afterAll(() => folder[Symbol.dispose]());

/** A choice that is another each time, and the same in each run. */
function* choices(): Generator<number, never> {
  for (let state = 1; ;) {
    state = (state * 48271) % 2147483647;
    yield state;
  }
}

/** What there is to leak. */
async function holdings(): Promise<{ rings: number; fds: number; heap: number; outside: number }> {
  await collectGarbage();
  const { heapUsed: heap, external: outside } = process.memoryUsage();
  return { rings: contexts(), fds: readdirSync('/proc/self/fd').length, heap, outside };
}

/** Runs `race` so often, some at once, after a rehearsal; nothing of it may be left. */
async function withoutLeaks(race: (choice: number) => Promise<void>): Promise<void> {
  const choice = choices();
  const repeat = async (times: number): Promise<void> => {
    for (let i = 0; i < times; i += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, () => race(choice.next().value)));
    }
  };
  await repeat(1000);
  const before = await holdings();
  await repeat(RACES);
  const after = await holdings();
  expect([after.rings, after.fds]).toEqual([before.rings, before.fds]);
  // 20 bytes for each of 100,000. A WeakMap keeps the room of all that were ever in it at once.
  expect(after.heap - before.heap).toBeLessThan(2 * MIB);
  expect(after.outside - before.outside).toBeLessThan(2 * MIB);
}

/** Counts how often a promise settles, and how. */
function outcomes(): { count: <T>(promise: Promise<T>) => Promise<string>; total: () => number } {
  let settled = 0;
  return {
    count: (promise) =>
      promise.then(
        () => {
          settled++;
          return 'done';
        },
        (error: unknown) => {
          settled++;
          const { code, name } = error as NodeJS.ErrnoException;
          return code ?? name;
        },
      ),
    total: () => settled,
  };
}

/**
 * At some moment: now, after microtasks, at the end of the tick, in the next turn, or a little later.
 * Resolves when it is over.
 */
function sometime(choice: number, work: () => void): Promise<void> {
  return new Promise((resolve) => {
    const workAndResolve = (): void => {
      work();
      resolve();
    };
    const moments = [
      workAndResolve,
      () => void Promise.resolve().then(workAndResolve),
      () => {
        process.nextTick(workAndResolve);
      },
      () => setImmediate(workAndResolve),
      () => setTimeout(workAndResolve, 0),
    ];
    moments[choice % moments.length]?.();
  });
}

test('cancel against readiness: each poll that is run ends in one way', patience, async () => {
  const context = new AioContext({ maxInFlight: 32 });
  const pipes = makePipes(AT_ONCE);
  const { count, total } = outcomes();
  const seen = new Set<string>();
  let races = 0;
  const free = [...pipes];
  await withoutLeaks(async (choice) => {
    const pipe = free.pop()!;
    const operation = new PollOperation({ file: pipe.readEnd, mask: POLLIN });
    const outcome = count(context.run(operation));
    races++;
    let cancelled = false;
    const [how] = await Promise.all([
      outcome,
      sometime(choice >> 3, () => (cancelled = context.cancel(operation))),
      sometime(choice >> 7, () => {
        pipe.fill();
      }),
    ]);
    seen.add(how);
    if (how === 'ECANCELED') expect(cancelled).toBe(true);
    else expect(how).toBe('done');
    expect(operation.inFlight).toBe(false);
    pipe.drain();
    free.push(pipe);
  });
  expect(total()).toBe(races);
  expect([...seen].sort()).toEqual(['ECANCELED', 'done']);
  expect(context.inFlight).toBe(0);
  context.close();
  for (const pipe of pipes) pipe[Symbol.dispose]();
});

test('abort and timeout against readiness: each poll() ends in one way', patience, async () => {
  const pipes = makePipes(AT_ONCE);
  const { count, total } = outcomes();
  const seen = new Set<string>();
  let races = 0;
  const free = [...pipes];
  await withoutLeaks(async (choice) => {
    const pipe = free.pop()!;
    const controller = new AbortController();
    const timed = choice % 8 === 0;
    const outcome = count(
      poll(pipe.readEnd, POLLIN, {
        signal: controller.signal,
        ...(timed ? { timeout: choice % 3 } : {}),
      }),
    );
    races++;
    const [how] = await Promise.all([
      outcome,
      sometime(choice >> 3, () => {
        if (!timed || choice % 5 === 0) controller.abort();
      }),
      sometime(choice >> 7, () => {
        pipe.fill();
      }),
    ]);
    seen.add(how);
    pipe.drain();
    free.push(pipe);
  });
  expect(total()).toBe(races);
  expect([...seen].sort()).toEqual(['ABORT_ERR', 'done']);
  for (const pipe of pipes) pipe[Symbol.dispose]();
});

/** The right bytes, or, where it was given up before it began, none. */
function expectWhole(buffer: Buffer, offset: number, must: boolean): void {
  const arrived = buffer.equals(contents.subarray(offset, offset + buffer.length));
  if (must) expect(arrived).toBe(true);
  else expect(arrived || buffer.every((byte) => byte === 0)).toBe(true);
}

test(
  'cancel and abort against completion: each read of a context ends in one way',
  patience,
  async () => {
    const context = new AioContext({ maxInFlight: 16 });
    const fd = openSync(folder.file('file'), 'r');
    const { count, total } = outcomes();
    const seen = new Set<string>();
    let races = 0;
    await withoutLeaks(async (choice) => {
      const offset = (choice % (FILE_BYTES / 512 - 1)) * 512 + 8;
      const buffer = Buffer.alloc(64);
      const operation = new ReadOperation({ file: fd, buffer, offset });
      const controller = new AbortController();
      const outcome = count(context.run(operation, { signal: controller.signal }));
      races++;
      const [how] = await Promise.all([
        outcome,
        sometime(choice >> 4, () => {
          if (choice % 2 === 0) controller.abort();
          else context.cancel(operation);
        }),
      ]);
      seen.add(how);
      expectWhole(buffer, offset, how === 'done');
    });
    expect(total()).toBe(races);
    expect([...seen].sort()).toEqual(['ABORT_ERR', 'ECANCELED', 'done']);
    await context[Symbol.asyncDispose]();
    closeSync(fd);
  },
);

test(
  'abort and timeout against completion: each read of a handle ends in one way',
  patience,
  async () => {
    const handle = await open(folder.file('file'), 'r', { backend: 'kernel' });
    const { count, total } = outcomes();
    const seen = new Set<string>();
    let races = 0;
    await withoutLeaks(async (choice) => {
      const position = (choice % (FILE_BYTES / 512 - 1)) * 512 + 8;
      const buffer = Buffer.alloc(64);
      const controller = new AbortController();
      const timed = choice % 8 === 0;
      const options = {
        position,
        signal: controller.signal,
        ...(timed ? { timeout: choice % 2 } : {}),
      };
      const outcome = count(handle.read(buffer, options));
      races++;
      const [how] = await Promise.all([
        outcome,
        sometime(choice >> 4, () => {
          if (!timed) controller.abort();
        }),
      ]);
      seen.add(how);
      expectWhole(buffer, position, how === 'done');
    });
    expect(total()).toBe(races);
    expect([...seen].sort()).toEqual(['ABORT_ERR', 'done']);
    await handle.close();
  },
);

test('a buffer that nobody else holds stays where it is until the kernel is done with it', async () => {
  const context = new AioContext({ maxInFlight: 64 });
  const fd = openSync(folder.file('file'), 'r');
  const arrived: boolean[] = [];
  for (let i = 0; i < 64; i++) {
    // Only the context knows the operation from here on.
    context.submit(new ReadOperation({ file: fd, buffer: Buffer.alloc(4096), offset: i * 4096 }));
  }
  await collectGarbage();
  for await (const { operation, result } of context) {
    if (operation.command !== 'read') continue;
    const offset = Number(operation.offset);
    arrived.push(
      Buffer.from(
        operation.buffer.buffer as ArrayBuffer,
        operation.buffer.byteOffset,
        result,
      ).equals(contents.subarray(offset, offset + 4096)),
    );
  }
  expect(arrived).toEqual(new Array(64).fill(true));
  context.close();
  closeSync(fd);
});

test('a context that was forgotten is ended, with a warning', async () => {
  const warnings: string[] = [];
  const onWarning = (warning: NodeJS.ErrnoException): void =>
    void warnings.push(warning.code ?? '');
  process.on('warning', onWarning);
  const before = contexts();
  (() => {
    expect(new AioContext({ maxInFlight: 2 }).closed).toBe(false);
  })();
  expect(contexts()).toBe(before + 1);
  for (let turn = 0; turn < 50 && contexts() > before; turn++) await collectGarbage();
  expect(contexts()).toBe(before);
  await nextTurn();
  expect(warnings).toEqual(['AIO_CONTEXT_LEFT_OPEN']);
  process.off('warning', onWarning);
});
