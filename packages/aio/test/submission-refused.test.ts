// What io_submit(2) may answer besides "taken": the kernel is made to, here.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { constants } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import * as bind from 'aio-bind';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { OFFLOAD, SETTLE, judge } from '../src/engine/attempt.js';
import { READ } from '../src/engine/commands.js';
import { Engine } from '../src/engine/engine.js';
import { Operation } from '../src/engine/operation.js';
import { adopt } from '../src/handle/adopt.js';
import { inChild } from './support/child.js';
import { OwnEngine } from './support/own-engine.js';
import { evict, writeNumbered } from './support/page-cache.js';
import { Pipe } from './support/pipe.js';
import { TempFolder } from './support/temp-folder.js';

// Real, but watched.
vi.mock('aio-bind', { spy: true });

const READS = 500;
const FILE_BYTES = 1 << 20;

let folder: TempFolder;
let contents: Buffer;
let actual: typeof bind;
beforeAll(async () => {
  folder = new TempFolder();
  contents = writeNumbered(folder.file('file'), FILE_BYTES);
  actual = await vi.importActual<typeof bind>('aio-bind');
});
afterAll(() => folder[Symbol.dispose]());
afterEach(() => {
  vi.mocked(bind.io_submit).mockReset();
  vi.mocked(bind.io_submit_ranges).mockReset();
});

/** Answers for the kernel, which may be asked by `submit`, with as many of the operations as it likes. */
function answer(how: (nr: number, submit: (nr: number) => number) => number): { calls: number } {
  const seen = { calls: 0 };
  vi.mocked(bind.io_submit).mockImplementation(
    (ctx, nr, slab: bind.IocbSlab, slots: Uint32Array) => {
      seen.calls++;
      return how(nr, (count) => actual.io_submit(ctx, count, slab, slots));
    },
  );
  vi.mocked(bind.io_submit_ranges).mockImplementation((ctx, nr, ...rest) => {
    seen.calls++;
    return how(nr, (count) => actual.io_submit_ranges(ctx, count, ...rest));
  });
  return seen;
}

const refuse = (code: keyof typeof constants.errno): never => {
  throw actual.errnoError(-constants.errno[code], 'io_submit');
};

/** Many reads at once, each of which must find what is there. */
async function readMany(own: OwnEngine, count = READS): Promise<void> {
  const handle = await own.open(folder.file('file'), 'r');
  const reads = Array.from({ length: count }, async (_, i) => {
    const at = (i * 1009) % (FILE_BYTES - 512);
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(512), 0, 512, at);
    expect(bytesRead).toBe(512);
    expect(buffer.equals(contents.subarray(at, at + 512))).toBe(true);
  });
  await Promise.all(reads);
  await handle.close();
  expect(own.engine.stats()).toMatchObject({ completed: count, inFlight: 0, queued: 0 });
}

describe('operations all settle', () => {
  test('where the kernel takes only some of each batch', async () => {
    using own = new OwnEngine();
    answer((nr, submit) => submit(Math.ceil(nr / 3)));
    await readMany(own);
  });

  test('where the kernel takes one at a time', async () => {
    using own = new OwnEngine();
    answer((_, submit) => submit(1));
    await readMany(own);
  });

  test('where every other call finds no room', async () => {
    using own = new OwnEngine();
    let calls = 0;
    answer((nr, submit) => (calls++ % 2 === 0 ? refuse('EAGAIN') : submit(nr)));
    await readMany(own);
  });

  test('where there is no room though nothing is in flight, and the engine does not spin', async () => {
    using own = new OwnEngine();
    let refused = 0;
    const seen = answer((nr, submit) => (refused++ < 5 ? refuse('EAGAIN') : submit(nr)));
    await readMany(own, 50);
    expect(refused).toBe(seen.calls);
    expect(seen.calls).toBeLessThan(20);
  });

  test('while there is no room for many turns of the event loop, which goes on meanwhile', async () => {
    using own = new OwnEngine();
    let room = false;
    const seen = answer((nr, submit) => (room ? submit(nr) : refuse('EAGAIN')));
    const reading = readMany(own, 50);
    let turns = 0;
    await new Promise<void>((resolve) => {
      const onTurn = (): void => {
        if (++turns === 20_000) resolve();
        else setImmediate(onTurn);
      };
      onTurn();
    });
    // It has asked again, but not in every turn.
    expect(seen.calls).toBeGreaterThan(1);
    expect(seen.calls).toBeLessThan(turns / 2);
    room = true;
    await reading;
  });
});

test("a refusal is the first operation's own, and the others go on", async () => {
  using own = new OwnEngine();
  const handle = await own.open(folder.file('file'), 'r');
  let first = true;
  answer((nr, submit) => {
    if (!first) return submit(nr);
    first = false;
    return refuse('EACCES');
  });
  const reads = Array.from({ length: 10 }, (_, i) => handle.read(Buffer.alloc(8), 0, 8, i * 8));
  const [refused, ...others] = await Promise.allSettled(reads);
  expect(refused).toMatchObject({
    status: 'rejected',
    reason: { code: 'EACCES', syscall: 'read', message: 'EACCES: permission denied, read' },
  });
  for (const [i, other] of others.entries()) {
    expect(other).toMatchObject({ status: 'fulfilled', value: { bytesRead: 8 } });
    if (other.status === 'fulfilled') expect(other.value.buffer.readUInt32LE()).toBe((i + 1) * 8);
  }
  await handle.close();
});

test.for(['EPERM', 'ENOSYS'] as const)(
  'where a sandbox forbids io_submit (%s), Node does what is asked for',
  async (code) => {
    using own = new OwnEngine();
    const path = folder.file(code);
    const handle = await own.open(path, 'w+');
    answer(() => refuse(code));
    await Promise.all([handle.write('written', 0), handle.writev([Buffer.from(' twice')], 7)]);
    await handle.sync();
    const reads = Array.from({ length: 3 }, () => handle.read(Buffer.alloc(13), 0, 13, 0));
    const { buffers } = await handle.readv([Buffer.alloc(7), Buffer.alloc(6)], 0);
    for (const { buffer } of await Promise.all(reads))
      expect(buffer.toString()).toBe('written twice');
    expect(Buffer.concat(buffers as Buffer[]).toString()).toBe('written twice');
    await handle.close();
    expect(own.engine.stats()).toMatchObject({ inFlight: 0, queued: 0 });
  },
);

/**
 * Each processor takes room of a context in advance (`get_reqs_available()` in fs/aio.c), which may be there when others find
 * none.
 */
function onEachProcessor(work: () => void): void {
  const affinity = (...to: string[]): string =>
    execFileSync('taskset', ['--cpu-list', '--pid', ...to, `${process.pid}`], { encoding: 'utf8' });
  const before = affinity().trim().split(' ').at(-1)!;
  try {
    for (const range of before.split(',')) {
      const [first = 0, last = first] = range.split('-').map(Number);
      for (let processor = first; processor <= last; processor++) {
        affinity(String(processor));
        work();
      }
    }
  } finally {
    affinity(before);
  }
}

describe('EAGAIN', () => {
  const { EAGAIN } = constants.errno;

  test('of a submit thread, whose context has no room, is tried again once in a millisecond, not on and on', async () => {
    using pipe = new Pipe();
    const ctx = new bind.aio_context_t();
    bind.io_setup(1, ctx);
    const polls = bind.aio_ring(ctx)!.nr;
    const slab = new bind.IocbSlab(polls);
    for (let slot = 0; slot < polls; slot++) {
      bind.io_prep_poll(new bind.Iocb(slab, slot), pipe.readEnd, bind.POLLIN);
    }
    let slot = 0;
    onEachProcessor(() => {
      try {
        while (slot < polls) slot += actual.io_submit(ctx, 1, slab, Uint32Array.of(slot));
      } catch {
        // Full, as far as this one is concerned.
      }
    });
    const engine = new Engine(ctx, { depth: 1, bytes: 1 << 28, threads: 1 });
    const path = folder.file('file');
    const handle = adopt(await open(path, 'r'), engine, 'r');
    const controller = new AbortController();
    const { signal } = controller;
    const began = performance.now();
    const reading = handle.read(Buffer.alloc(FILE_BYTES), { position: 0, signal });
    for (let turns = 0; turns < 20_000 || engine.stats().offloaded < 3; turns++) await nextTurn();
    const { offloaded } = engine.stats();
    expect(offloaded).toBeLessThan(performance.now() - began + 2);
    controller.abort();
    await expect(reading).rejects.toMatchObject({ code: 'ABORT_ERR' });
    await handle.close();
    bind.io_destroy(ctx);
  });

  test('as the result of an attempt that may wait is the answer of the file itself', () => {
    const operation = new Operation();
    const resolve = (): void => undefined;
    Object.assign(operation, { command: READ, nbytes: 512, bytes: 512, resolve, reject: resolve });
    expect(judge(operation, -EAGAIN, false)).toBe(SETTLE);
    expect(judge(operation, -EAGAIN, true)).toBe(OFFLOAD);
    operation.nowait = true;
    expect(judge(operation, -EAGAIN, false)).toBe(OFFLOAD);
  });
});

describe('an event that says EINTR', () => {
  const { EINTR } = constants.errno;
  afterEach(() => void vi.mocked(bind.io_getevents_ring).mockReset());

  /** Has the next event say so. */
  function interruptNext(): { left: number } {
    const interrupted = { left: 1 };
    vi.mocked(bind.io_getevents_ring).mockImplementation((ctx, nr, events) => {
      const count = actual.io_getevents_ring(ctx, nr, events);
      if (count > 0 && interrupted.left > 0) {
        interrupted.left--;
        const { size, res } = bind.layout.io_event;
        events.i64[((count - 1) * size + res) / 8] = BigInt(-EINTR);
      }
      return count;
    });
    return interrupted;
  }

  test('has a write tried again, as libuv does', async () => {
    using own = new OwnEngine();
    const handle = await own.open(folder.file('interrupted'), 'w+');
    const interrupted = interruptNext();
    const { bytesWritten } = await handle.write(Buffer.alloc(512, 1), 0, 512, 0);
    expect({ bytesWritten, ...interrupted }).toEqual({ bytesWritten: 512, left: 0 });
    interrupted.left = 1;
    const vectors = await handle.writev([Buffer.alloc(100, 2), Buffer.alloc(400, 3)], 512);
    expect({ written: vectors.bytesWritten, ...interrupted }).toEqual({ written: 500, left: 0 });
    await handle.close();
    const expected = Buffer.concat([
      Buffer.alloc(512, 1),
      Buffer.alloc(100, 2),
      Buffer.alloc(400, 3),
    ]);
    expect(readFileSync(folder.file('interrupted')).equals(expected)).toBe(true);
  });

  test('rejects a read, as Node does', () => {
    const operation = new Operation();
    const resolve = (): void => undefined;
    Object.assign(operation, { command: READ, nbytes: 512, bytes: 512, resolve, reject: resolve });
    expect(judge(operation, -EINTR, false)).toBe(SETTLE);
  });
});

/** Reads and writes, cached and not, in a process whose io_submit(2) fails now and then. */
const work = async (
  { aio }: import('./support/child.js').Inside,
  path: string,
): Promise<number> => {
  const handle = await aio.open(path, 'r+', { backend: 'kernel' });
  let settled = 0;
  const count = (promise: Promise<unknown>): Promise<unknown> => promise.then(() => settled++);
  for (let round = 0; round < 5; round++) {
    const all: Promise<unknown>[] = [];
    for (let i = 0; i < 40; i++) {
      const buffer = Buffer.alloc(512);
      const at = i * 4096 + round;
      all.push(count(handle.read(buffer, 0, 512, at)));
    }
    for (let i = 0; i < 10; i++)
      all.push(count(handle.write(Buffer.alloc(512, 1), 0, 512, i * 512)));
    all.push(count(handle.sync()));
    await Promise.all(all);
  }
  const { buffer } = await handle.read(Buffer.alloc(512), 0, 512, 0);
  if (buffer[511] !== 1) throw new Error('what was written is not there');
  await handle.close();
  return settled;
};

const canTrace = ((): boolean => {
  try {
    execFileSync('strace', ['-qq', '-e', 'trace=none', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

test.skipIf(!canTrace).for(['when=1', 'when=2+3', 'when=3+5', 'when=1..4'])(
  'a process whose io_submit(2) fails with EAGAIN (%s, in each thread) loses nothing [needs strace]',
  async (when) => {
    const path = folder.file(`traced-${when}`);
    writeNumbered(path, FILE_BYTES);
    evict(path);
    // What is not traced is not tampered with either.
    const log = folder.file(`trace-${when}`);
    const tampering = `inject=io_submit:error=EAGAIN:${when}`;
    const { result, stderr, status } = await inChild(work, path, {
      wrapper: ['strace', '-f', '-qq', '-o', log, '-e', 'trace=io_submit', '-e', tampering],
    });
    expect({ result, stderr, status }).toMatchObject({ result: 5 * 51, status: 0 });
    expect(readFileSync(log, 'utf8')).toContain('(INJECTED)');
  },
);
