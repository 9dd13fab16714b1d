import { readSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  EventWatcher,
  IOCB_CMD_NOOP,
  IoEventArray,
  Iocb,
  IocbSlab,
  POLLIN,
  SubmitThreads,
  type aio_context_t,
  aio_ring,
  io_cancel,
  io_destroy,
  io_getevents_ring,
  io_prep_fsync,
  io_prep_poll,
  io_prep_pread,
  io_prep_pwrite,
  io_set_eventfd,
} from '../src/index.js';
import { type Completion, Context, completions, failure, minus } from './context.js';
import { inChild, startChild } from './support/child.js';
import { eventually } from './support/eventually.js';
import { each, outOfRange, wrong, wrongType } from './support/refusals.js';
import { rounds } from './support/rounds.js';
import { sharedChild } from './support/shared-child.js';
import { type File, O_RDONLY, O_WRONLY, Pipe, tempFile } from './temp-file.js';

const { SIGURG } = constants.signals;

const shared = sharedChild({ flags: ['--expose-gc'] });

/** A pipe whose reader waits while it is empty. */
class BlockingPipe implements Disposable {
  readonly #pipe = new Pipe();
  readonly #reader: File = this.#pipe.readEnd.reopen(O_RDONLY);
  readonly fd: number = this.#reader.fd;

  fill(bytes: string): void {
    writeSync(this.#pipe.writeEnd.fd, bytes);
  }

  [Symbol.dispose](): void {
    this.#reader.close();
    this.#pipe[Symbol.dispose]();
  }
}

/** Submit threads, with room for what is refused. */
class Threads extends SubmitThreads {
  readonly #refused = new IoEventArray(64);

  take(nr?: number): Completion[] {
    return completions(this.#refused, this.refused(this.#refused, nr));
  }

  /** Waits until so many have been refused, and takes them. */
  async taken(count: number): Promise<Completion[]> {
    const all: Completion[] = [];
    await eventually(() => {
      all.push(...this.take());
      expect(all).toHaveLength(count);
    });
    return all;
  }
}

/** An idleMs that outlasts every test. */
const NEVER = 2 ** 31 - 1;

const address = (slab: IocbSlab, slot: number): bigint => BigInt(new Iocb(slab, slot).address);

const slots = (count: number, from = 0): Uint32Array =>
  Uint32Array.from({ length: count }, (_, index) => from + index);

/** A slab whose slots are all to read a byte; the slot's number is its data. */
function readers(count: number, fd: number, buffers?: Buffer[]): IocbSlab {
  const slab = new IocbSlab(count);
  for (let slot = 0; slot < count; slot++) {
    const iocb = new Iocb(slab, slot);
    io_prep_pread(iocb, fd, buffers?.[slot] ?? Buffer.alloc(1), 1, 0);
    iocb.aio_data = slot;
  }
  return slab;
}

/** Has every one of the threads wait in a read of the empty pipe. */
async function occupy(
  threads: SubmitThreads,
  count: number,
  ctx: aio_context_t,
  pipe: BlockingPipe,
): Promise<IocbSlab> {
  const slab = readers(count, pipe.fd);
  expect(threads.submit(ctx, slab, slots(count))).toBe(count);
  await eventually(() => expect(threads.running).toBe(count));
  return slab;
}

/** For calls that are refused before anything happens. */
let idle: Context;
beforeAll(() => (idle = new Context(1)));
afterAll(() => idle[Symbol.dispose]());

describe('threads', () => {
  test('are started by work only, no more than asked for, and end when idle', async () => {
    using pipe = new BlockingPipe();
    const child = startChild(async ({ aio, fs, nextTurn }, path) => {
      const until = async (condition: () => boolean): Promise<void> => {
        while (!condition()) await nextTurn();
      };
      const tasks = (): string[] => fs.readdirSync('/proc/self/task');
      const ctx = new aio.aio_context_t();
      aio.io_setup(16, ctx);
      const fd = fs.openSync(path, 'r');
      const slab = new aio.IocbSlab(10);
      for (let slot = 0; slot < 10; slot++) {
        aio.io_prep_pread(new aio.Iocb(slab, slot), fd, Buffer.alloc(1), 1, 0);
      }
      const threads = new aio.SubmitThreads({ threads: 3, idleMs: 0 });
      const counts = (): number[] => [threads.threads, threads.running, threads.queued];
      const before = tasks();
      const fresh = counts();

      threads.submit(
        ctx,
        slab,
        Uint32Array.from({ length: 10 }, (_, slot) => slot),
      );
      await until(() => threads.running === 3);
      const busy = counts();
      const started = tasks().filter((task) => !before.includes(task));
      const blocked = started.map((task) => {
        const status = fs.readFileSync(`/proc/self/task/${task}/status`, 'utf8');
        return /^SigBlk:\s+(.+)$/m.exec(status)?.[1];
      });
      fs.writeSync(1, 'busy');

      const collected = aio.io_getevents(ctx, 10, 10, new aio.IoEventArray(10), null);
      await until(() => threads.threads === 0);
      const idle = counts();
      await until(() => !tasks().some((task) => started.includes(task)));
      return { fresh, busy, started: started.length, blocked, collected, idle };
    }, `/proc/${process.pid}/fd/${pipe.fd}`);
    await child.says('busy');
    pipe.fill('0123456789');
    const { result } = await child.outcome;
    expect(result).toMatchObject({
      fresh: [0, 0, 0],
      busy: [3, 3, 7],
      started: 3,
      collected: 10,
      idle: [0, 0, 0],
    });
    // The process's signals are for Node's threads: all are blocked but SIGURG, and those that
    // cannot be: SIGKILL, SIGSTOP, and two of the C library's own.
    for (const mask of result?.blocked ?? []) {
      const bits = BigInt(`0x${mask ?? ''}`);
      const open = Array.from({ length: 64 }, (_, bit) => bit + 1).filter(
        (signal) => ((bits >> BigInt(signal - 1)) & 1n) === 0n,
      );
      expect(open.filter((signal) => ![9, 19, 32, 33].includes(signal))).toEqual([SIGURG]);
    }
  });

  test.for([
    // Though two wait, there comes another, so that those who take turns are not always the same.
    { begun: false, threadsThen: [3, 4, 4] },
    // One of those that wait is enough.
    { begun: true, threadsThen: [2, 2, 2] },
  ])('are as many as there were operations (begun: $begun)', async ({ begun, threadsThen }) => {
    using pipe = new BlockingPipe();
    using context = new Context();
    using threads = new Threads({ threads: 4, idleMs: NEVER });
    await occupy(threads, 2, context.ctx, pipe);
    expect(threads.threads).toBe(2);
    pipe.fill('ab');
    context.wait(2);
    await eventually(() => expect(threads.running).toBe(0));
    const slab = readers(1, pipe.fd);
    for (const expected of threadsThen) {
      expect(threads.submit(context.ctx, slab, slots(1), 1, { begun })).toBe(1);
      expect(threads.threads).toBe(expected);
      pipe.fill('c');
      context.wait(1);
      await eventually(() => expect(threads.running).toBe(0));
    }
  });

  test('start anew after they have ended', async () => {
    using file = tempFile(16);
    using context = new Context();
    using threads = new Threads({ idleMs: 0 });
    const slab = readers(1, file.fd);
    for (let round = 0; round < 3; round++) {
      expect(threads.submit(context.ctx, slab, slots(1))).toBe(1);
      expect(context.wait(1)).toMatchObject([{ res: 1 }]);
      await eventually(() => expect(threads.threads).toBe(0));
    }
  });

  test.for(
    each(
      { threads: 0 },
      { threads: 1025 },
      { threads: 1.5 },
      { threads: NaN },
      { idleMs: -1 },
      { idleMs: 2 ** 31 },
      { idleMs: 0.5 },
    ),
  )('refuse %o', ([options]) => {
    expect(() => new SubmitThreads(options)).toThrow(outOfRange);
  });

  test.for(
    each(
      null,
      4,
      'options',
      { threads: '4' },
      { threads: null },
      { idleMs: 1n },
      { watcher: null },
      { watcher: {} },
      { watcher: () => undefined },
    ),
  )('refuse %o', ([options]) => {
    expect(() => new SubmitThreads(wrong(options))).toThrow(wrongType);
  });
});

describe('submit', () => {
  test('does not wait for what blocks', async () => {
    using pipe = new BlockingPipe();
    using context = new Context();
    using threads = new Threads({ threads: 1 });
    const slab = await occupy(threads, 1, context.ctx, pipe);
    expect(context.take()).toEqual([]);
    pipe.fill('x');
    expect(context.wait(1)).toEqual([{ data: 0n, obj: address(slab, 0), res: 1, res2: 0 }]);
  });

  test("completes in the context's ring, with the slab's own iocb as obj, by slots or views", () => {
    using file = tempFile(Buffer.from('contents'));
    using context = new Context();
    using threads = new Threads();
    const buffers = Array.from({ length: 6 }, () => Buffer.alloc(1));
    const slab = readers(6, file.fd, buffers);
    for (let slot = 0; slot < 6; slot++) new Iocb(slab, slot).aio_offset = slot;
    const views = [3, 4, 5].map((slot) => new Iocb(slab, slot));
    expect(threads.submit(context.ctx, slab, slots(3))).toBe(3);
    expect(threads.submit(context.ctx, views)).toBe(3);
    expect(slab.inFlight()).toBe(6);
    const events = context.wait(6).sort((a, b) => Number(a.data - b.data));
    expect(events).toEqual(
      buffers.map((_, slot) => ({
        data: BigInt(slot),
        obj: address(slab, slot),
        res: 1,
        res2: 0,
      })),
    );
    expect(Buffer.concat(buffers).toString()).toBe('conten');
    expect(slab.inFlight()).toBe(0);
    expect(threads.take()).toEqual([]);
  });

  test('takes the first nr slots only', () => {
    using file = tempFile(16);
    using context = new Context();
    using threads = new Threads();
    const slab = readers(4, file.fd);
    expect(threads.submit(context.ctx, slab, slots(4), 2)).toBe(2);
    expect(threads.submit(context.ctx, slab, slots(4), 0)).toBe(0);
    expect(threads.submit(context.ctx, [])).toBe(0);
    expect(context.wait(2).map(({ data }) => Number(data))).toEqual(
      expect.arrayContaining([0, 1]) as number[],
    );
    expect(slab.inFlight()).toBe(0);
  });

  test('signals the eventfd of the operation', async () => {
    using file = tempFile(16);
    using context = new Context();
    using threads = new Threads();
    const called = new Promise<number>((resolve) => {
      const watcher = new EventWatcher((count) => {
        watcher.close();
        resolve(count);
      });
      const iocb = new Iocb();
      io_prep_fsync(iocb, file.fd);
      io_set_eventfd(iocb, watcher.fd);
      threads.submit(context.ctx, [iocb]);
    });
    expect(await called).toBe(1);
    expect(context.take()).toMatchObject([{ res: 0 }]);
  });

  test('signals the watcher after each submission, though the operation names no eventfd', async () => {
    using file = tempFile(16);
    using context = new Context();
    const found = await new Promise((resolve) => {
      const watcher = new EventWatcher(() => {
        watcher.close();
        resolve(context.take());
      });
      new Threads({ watcher }).submit(context.ctx, readers(1, file.fd), slots(1));
    });
    expect(found).toMatchObject([{ res: 1 }]);
  });

  test('takes operations up to one whose slot is in flight, or fails with EBUSY', async () => {
    using pipe = new BlockingPipe();
    using file = tempFile(16);
    using context = new Context();
    using threads = new Threads({ threads: 1 });
    await occupy(threads, 1, context.ctx, pipe);
    const slab = readers(4, file.fd);
    expect(threads.submit(context.ctx, slab, Uint32Array.of(1))).toBe(1);
    expect(threads.submit(context.ctx, slab, Uint32Array.of(0, 1, 2))).toBe(1);
    const busy = failure('EBUSY', 'io_submit');
    expect(() => threads.submit(context.ctx, slab, Uint32Array.of(1, 2))).toThrow(busy);
    expect(() => threads.submit(context.ctx, [new Iocb(slab, 0)])).toThrow(busy);
    expect(threads.submit(context.ctx, slab, Uint32Array.of(2, 2))).toBe(1);
    const views = [new Iocb(slab, 3), new Iocb(slab, 3)];
    expect(threads.submit(context.ctx, views)).toBe(1);
    expect(slab.inFlight()).toBe(4);
    pipe.fill('x');
    context.wait(5);
    expect(slab.inFlight()).toBe(0);
  });

  test('refuses a slot that was submitted directly, until its event has been collected', () => {
    using pipe = new Pipe();
    using context = new Context();
    using threads = new Threads();
    const iocb = new Iocb();
    io_prep_poll(iocb, pipe.readEnd.fd, POLLIN);
    expect(context.submit(iocb)).toBe(1);
    expect(() => threads.submit(context.ctx, [iocb])).toThrow(failure('EBUSY', 'io_submit'));
    pipe.fill();
    expect(context.wait(1)).toHaveLength(1);
    expect(threads.submit(context.ctx, [iocb])).toBe(1);
    expect(context.wait(1)).toMatchObject([{ obj: BigInt(iocb.address) }]);
  });

  test('has copied the slots: prepared anew at once, they do as they were', async () => {
    using pipe = new BlockingPipe();
    using file = tempFile(Buffer.from('contents'));
    using context = new Context();
    using threads = new Threads({ threads: 1 });
    await occupy(threads, 1, context.ctx, pipe);
    const before = [Buffer.alloc(1), Buffer.alloc(1)];
    const after = Buffer.alloc(1);
    const slab = readers(2, file.fd, before);
    expect(threads.submit(context.ctx, slab, slots(2))).toBe(2);
    io_prep_pread(new Iocb(slab, 0), -1, after, 1, 5);
    slab.u32.fill(0xffffffff);
    pipe.fill('x');
    expect(context.wait(3).map(({ res }) => res)).toEqual([1, 1, 1]);
    expect(Buffer.concat(before).toString()).toBe('cc');
    expect(after[0]).toBe(0);
    expect(threads.take()).toEqual([]);
  });

  test('serves several contexts, each with its own events', () => {
    using file = tempFile(16);
    using one = new Context();
    using other = new Context();
    using threads = new Threads();
    const slab = readers(2, file.fd);
    expect(threads.submit(one.ctx, slab, Uint32Array.of(0))).toBe(1);
    expect(threads.submit(other.ctx, slab, Uint32Array.of(1))).toBe(1);
    expect(other.wait(1)).toMatchObject([{ data: 1n }]);
    expect(one.wait(1)).toMatchObject([{ data: 0n }]);
    expect([...one.take(), ...other.take()]).toEqual([]);
  });

  test.for(each(undefined, null, {}, 'iocbs', [null], [undefined], [{}], new Array(1)))(
    'refuses %o',
    ([iocbs]) => {
      expect(() => new Threads().submit(idle.ctx, wrong(iocbs))).toThrow(wrongType);
    },
  );

  test.for(each(undefined, null, [0], new Int32Array(1), Buffer.alloc(4)))(
    'refuses the slots %o',
    ([numbers]) => {
      const submit = (): number => new Threads().submit(idle.ctx, new IocbSlab(1), wrong(numbers));
      expect(submit).toThrow(wrongType);
    },
  );

  test('has one thread at a time write to a file, in order, while others are free', async () => {
    using pipe = new Pipe();
    using writer = pipe.writeEnd.reopen(O_WRONLY);
    using file = tempFile(16);
    using context = new Context();
    using threads = new Threads({ threads: 4 });
    const page = Buffer.alloc(4096, '.');
    expect(() => {
      for (;;) writeSync(pipe.writeEnd.fd, page);
    }).toThrow(expect.objectContaining({ code: 'EAGAIN' }));
    const slab = new IocbSlab(40);
    for (let slot = 0; slot < 40; slot++) {
      io_prep_pwrite(new Iocb(slab, slot), writer.fd, Buffer.alloc(4096, slot + 1), 4096, 0);
    }
    expect(threads.submit(context.ctx, slab, slots(40))).toBe(40);
    await eventually(() => expect(threads.running).toBe(1));
    expect(threads.submit(context.ctx, readers(3, file.fd), slots(3))).toBe(3);
    expect(context.wait(3).map(({ res }) => res)).toEqual([1, 1, 1]);
    // Its event may come before the last of them has left the kernel.
    await eventually(() => expect(threads.running).toBe(1));
    const read: number[] = [];
    await eventually(() => {
      for (;;) {
        const bytes = Buffer.alloc(4096);
        readSync(pipe.readEnd.fd, bytes);
        if (bytes[0] !== page[0]) read.push(bytes[0] ?? NaN);
        if (read.length === 40) return;
      }
    });
    expect(read).toEqual([...slots(40, 1)]);
    expect(context.wait(40).map(({ res }) => res)).toEqual(new Array(40).fill(4096));
  });

  describe('what has begun', () => {
    const begun = true;

    test.for([1, 2, 3])('is not kept waiting by %i that take long', (stuck) => {
      using pipe = new BlockingPipe();
      using file = tempFile(16);
      using context = new Context();
      using threads = new Threads({ threads: 4 });
      const waits = readers(stuck, pipe.fd);
      expect(threads.submit(context.ctx, waits, slots(stuck), stuck, { begun })).toBe(stuck);
      expect(threads.submit(context.ctx, readers(9, file.fd), slots(9), 9, { begun })).toBe(9);
      expect(context.wait(9).map(({ res }) => res)).toEqual(new Array(9).fill(1));
      expect(waits.inFlight()).toBe(stuck);
      pipe.fill('abc'.slice(0, stuck));
      context.wait(stuck);
    });

    test('is not kept waiting where others take the threads that are free', () => {
      using pipe = new BlockingPipe();
      using file = tempFile(16);
      using context = new Context();
      using threads = new Threads({ threads: 4 });
      for (const options of [{ begun }, { begun: false }, { begun }]) {
        expect(threads.submit(context.ctx, readers(1, pipe.fd), slots(1), 1, options)).toBe(1);
      }
      expect(threads.submit(context.ctx, readers(9, file.fd), slots(9), 9, { begun })).toBe(9);
      expect(context.wait(9).map(({ res }) => res)).toEqual(new Array(9).fill(1));
      pipe.fill('abc');
      context.wait(3);
    });

    test('can be withdrawn, is refused by close, and forgotten by io_destroy', async () => {
      using pipe = new BlockingPipe();
      using context = new Context();
      const other = new Context();
      using threads = new Threads({ threads: 1 });
      await occupy(threads, 1, context.ctx, pipe);
      const slab = readers(3, pipe.fd);
      expect(threads.submit(context.ctx, slab, slots(2), 2, { begun })).toBe(2);
      expect(threads.submit(other.ctx, slab, Uint32Array.of(2), 1, { begun })).toBe(1);
      expect(threads.queued).toBe(3);
      expect(threads.withdraw(context.ctx, slab, 0)).toBe(true);
      io_destroy(other.ctx);
      expect(threads.queued).toBe(1);
      threads.close();
      expect(await threads.taken(1)).toMatchObject([{ data: 1n, res: minus('ECANCELED') }]);
      pipe.fill('x');
      context.wait(1);
      expect(slab.inFlight()).toBe(0);
    });

    test.for(each(null, 1, 'begun', { begun: 1 }, { begun: null }))('refuses %o', ([options]) => {
      const submit = (): number =>
        new Threads().submit(idle.ctx, new IocbSlab(1), slots(1), 1, wrong(options));
      expect(submit).toThrow(wrongType);
    });
  });

  const OPERATIONS = rounds(10_000, 2000);

  test.for([
    ['none', (): boolean => false],
    ['each', (): boolean => true],
    ['every third', (batch: number): boolean => batch % 3 === 0],
  ] as const)(
    `${OPERATIONS.toLocaleString('en')} operations, of which %s has begun, give one event or one refusal each`,
    async ([, begins]) => {
      using file = tempFile(4096);
      using context = new Context(64);
      const outcomes = new Map<bigint, number[]>();
      const slab = new IocbSlab(64);
      const free = [...slots(64)];
      const events = new IoEventArray(64);
      const bad = (operation: number): boolean => operation % 7 === 3;
      let started = 0;
      let ended = 0;
      let batches = 0;
      await new Promise<void>((resolve, reject) => {
        const collect = (count: number): void => {
          for (const { data, obj, res } of completions(events, count)) {
            outcomes.set(data, [...(outcomes.get(data) ?? []), res]);
            free.push(slab.slotOf(obj));
            ended++;
          }
        };
        const submit = (): void => {
          const batch: number[] = [];
          while (free.length > 0 && started < OPERATIONS) {
            const slot = free.pop() ?? NaN;
            const iocb = new Iocb(slab, slot);
            io_prep_pread(iocb, bad(started) ? -1 : file.fd, Buffer.alloc(8), 8, 0);
            iocb.aio_data = started++;
            io_set_eventfd(iocb, watcher.fd);
            batch.push(slot);
          }
          const begun = begins(batches++);
          const numbers = Uint32Array.from(batch);
          const taken = threads.submit(context.ctx, slab, numbers, batch.length, { begun });
          expect(taken).toBe(batch.length);
        };
        const watcher = new EventWatcher(() => {
          try {
            for (let count = 1; count > 0;) {
              collect((count = io_getevents_ring(context.ctx, 64, events)));
            }
            for (let count = 1; count > 0;) collect((count = threads.refused(events)));
            if (ended < OPERATIONS) {
              submit();
              return;
            }
            watcher.close();
            threads.close();
            resolve();
          } catch (error) {
            watcher.close();
            reject(new Error('the callback failed', { cause: error }));
          }
        });
        const threads = new SubmitThreads({ threads: 4, watcher });
        submit();
      });
      expect(outcomes.size).toBe(OPERATIONS);
      for (let operation = 0; operation < OPERATIONS; operation++) {
        const expected = bad(operation) ? minus('EBADF') : 8;
        expect(outcomes.get(BigInt(operation))).toEqual([expected]);
      }
      expect(slab.inFlight()).toBe(0);
      expect(context.take()).toEqual([]);
    },
  );
});

describe('what the kernel refuses', () => {
  test('comes by refused(), and not by the ring', async () => {
    using context = new Context();
    using threads = new Threads({ threads: 1 });
    const slab = readers(2, -1);
    new Iocb(slab, 1).aio_lio_opcode = IOCB_CMD_NOOP;
    new Iocb(slab, 1).aio_fildes = 0;
    expect(threads.submit(context.ctx, slab, slots(2))).toBe(2);
    expect(await threads.taken(2)).toEqual([
      { data: 0n, obj: address(slab, 0), res: minus('EBADF'), res2: 0 },
      { data: 1n, obj: address(slab, 1), res: minus('EINVAL'), res2: 0 },
    ]);
    expect(slab.inFlight()).toBe(0);
    expect(context.take()).toEqual([]);
    expect(threads.take()).toEqual([]);
  });

  test('stands among writes to a file without holding up the others', async () => {
    using pipe = new BlockingPipe();
    using file = tempFile(16);
    using readOnly = file.reopen(O_RDONLY);
    using context = new Context();
    using threads = new Threads({ threads: 1 });
    await occupy(threads, 1, context.ctx, pipe);
    const slab = new IocbSlab(6);
    for (let slot = 0; slot < 6; slot++) {
      const iocb = new Iocb(slab, slot);
      const offset = slot === 2 ? -1 : slot;
      io_prep_pwrite(iocb, slot === 5 ? readOnly.fd : file.fd, Buffer.from('x'), 1, offset);
      iocb.aio_data = slot;
    }
    expect(threads.submit(context.ctx, slab, slots(6))).toBe(6);
    pipe.fill('x');
    expect(await threads.taken(2)).toMatchObject([
      { data: 2n, res: minus('EINVAL') },
      { data: 5n, res: minus('EBADF') },
    ]);
    expect(context.wait(5).map(({ res }) => res)).toEqual([1, 1, 1, 1, 1]);
    expect(file.contents.subarray(0, 6)).toEqual(Buffer.from('xx\0xx\0'));
  });

  test('wakes the watcher', async () => {
    using context = new Context();
    const slab = readers(1, -1);
    const found = await new Promise((resolve) => {
      const watcher = new EventWatcher((count) => {
        watcher.close();
        resolve([count, threads.take()]);
      });
      const threads = new Threads({ watcher });
      threads.submit(context.ctx, slab, slots(1));
    });
    expect(found).toMatchObject([1, [{ obj: address(slab, 0), res: minus('EBADF') }]]);
  });

  test('does no harm where the watcher has been closed', async () => {
    using context = new Context();
    const watcher = new EventWatcher(() => undefined);
    using threads = new Threads({ watcher });
    watcher.close();
    expect(threads.submit(context.ctx, readers(1, -1), slots(1))).toBe(1);
    expect(await threads.taken(1)).toMatchObject([{ res: minus('EBADF') }]);
  });

  test('is given in order, as many as asked for', async () => {
    using context = new Context();
    using threads = new Threads({ threads: 1 });
    const slab = readers(5, -1);
    expect(threads.submit(context.ctx, slab, slots(5))).toBe(5);
    await eventually(() => expect(threads.queued + threads.running).toBe(0));
    const data = (nr: number): number[] => threads.take(nr).map((event) => Number(event.data));
    expect(data(0)).toEqual([]);
    expect(data(1)).toEqual([0]);
    expect(slab.inFlight()).toBe(4);
    expect(data(3)).toEqual([1, 2, 3]);
    expect(data(64)).toEqual([4]);
    expect(slab.inFlight()).toBe(0);
  });

  test('includes EAGAIN where the context has no room', async () => {
    using pipe = new Pipe();
    using context = new Context(1);
    using threads = new Threads({ threads: 1 });
    // It has room for fewer than its ring has places; how many those are depends on the machine's processors.
    const polls = aio_ring(context.ctx)!.nr;
    const slab = new IocbSlab(polls);
    for (let slot = 0; slot < polls; slot++) {
      io_prep_poll(new Iocb(slab, slot), pipe.readEnd.fd, POLLIN);
    }
    expect(threads.submit(context.ctx, slab, slots(polls))).toBe(polls);
    await eventually(() => expect(threads.queued + threads.running).toBe(0));
    const refused = new IoEventArray(polls);
    const count = threads.refused(refused);
    expect(count).toBeGreaterThan(0);
    expect(new Set(completions(refused, count).map(({ res }) => res))).toEqual(
      new Set([minus('EAGAIN')]),
    );
    expect(slab.inFlight()).toBe(polls - count);
  });

  test('of a context that is destroyed is forgotten, and hides nothing of another', async () => {
    using lasting = new Context();
    using threads = new Threads({ threads: 1 });
    const forgotten = readers(3, -1);
    const slab = readers(1, -1);
    {
      using passing = new Context();
      expect(threads.submit(passing.ctx, forgotten, slots(3))).toBe(3);
      expect(threads.submit(lasting.ctx, slab, slots(1))).toBe(1);
      await eventually(() => expect(threads.queued + threads.running).toBe(0));
    }
    expect(threads.take(1)).toMatchObject([{ obj: address(slab, 0), res: minus('EBADF') }]);
    expect(threads.take()).toEqual([]);
    expect([forgotten.inFlight(), slab.inFlight()]).toEqual([0, 0]);
  });

  test.for(each(undefined, null, 1, {}, []))('cannot be put in %o', ([events]) => {
    using threads = new Threads();
    expect(() => threads.refused(wrong(events))).toThrow(wrongType);
  });
});

describe('withdraw', () => {
  test('takes back what no thread has taken: no event, no refusal, and the slot is free', async () => {
    using pipe = new BlockingPipe();
    using file = tempFile(16);
    using context = new Context();
    using threads = new Threads({ threads: 2 });
    await occupy(threads, 2, context.ctx, pipe);
    const slab = readers(3, file.fd);
    expect(threads.submit(context.ctx, slab, slots(3))).toBe(3);
    expect(threads.queued).toBe(3);
    expect(threads.withdraw(context.ctx, slab, 1)).toBe(true);
    expect(threads.queued).toBe(2);
    expect([0, 1, 2].map((slot) => slab.inFlight(slot))).toEqual([1, 0, 1]);
    expect(threads.withdraw(context.ctx, slab, 1)).toBe(false);
    expect(threads.submit(context.ctx, slab, Uint32Array.of(1))).toBe(1);
    expect(threads.withdraw(context.ctx, slab, 1)).toBe(true);
    pipe.fill('xy');
    const objs = context.wait(4).map(({ obj }) => obj);
    expect(objs).toContain(address(slab, 0));
    expect(objs).toContain(address(slab, 2));
    expect(objs).not.toContain(address(slab, 1));
    await eventually(() => expect(threads.running).toBe(0));
    expect([...context.take(), ...threads.take()]).toEqual([]);
  });

  test.for(['before a thread comes to it', 'after that'] as const)(
    'of all writes to a file leaves its place free for the next, %s',
    async (when) => {
      using pipe = new BlockingPipe();
      using file = tempFile(16);
      using context = new Context();
      using threads = new Threads({ threads: 1 });
      await occupy(threads, 1, context.ctx, pipe);
      const slab = new IocbSlab(3);
      for (let slot = 0; slot < 3; slot++) {
        io_prep_pwrite(new Iocb(slab, slot), file.fd, Buffer.from(`${slot}`), 1, slot);
      }
      expect(threads.submit(context.ctx, slab, slots(2))).toBe(2);
      expect(threads.withdraw(context.ctx, slab, 0)).toBe(true);
      expect(threads.withdraw(context.ctx, slab, 1)).toBe(true);
      expect([threads.queued, slab.inFlight()]).toEqual([0, 0]);
      if (when === 'after that') {
        pipe.fill('x');
        context.wait(1);
        await eventually(() => expect(threads.running).toBe(0));
      }
      expect(threads.submit(context.ctx, slab, Uint32Array.of(1, 2))).toBe(2);
      if (when !== 'after that') pipe.fill('x');
      context.wait(when === 'after that' ? 2 : 3);
      expect(file.contents.toString('latin1', 0, 3)).toBe('\u000012');
    },
  );

  test('does not take back what a thread has taken, what is done, or was never there', async () => {
    using pipe = new BlockingPipe();
    using context = new Context();
    using threads = new Threads({ threads: 1 });
    const slab = await occupy(threads, 1, context.ctx, pipe);
    expect(threads.withdraw(context.ctx, slab, 0)).toBe(false);
    pipe.fill('x');
    await eventually(() => expect(threads.running).toBe(0));
    expect(threads.withdraw(context.ctx, slab, 0)).toBe(false);
    context.wait(1);
    expect(threads.withdraw(context.ctx, slab, 0)).toBe(false);
    expect(threads.withdraw(context.ctx, new IocbSlab(1), 0)).toBe(false);
  });

  test('does not take back what is queued for another context, or by other threads', async () => {
    using pipe = new BlockingPipe();
    using file = tempFile(16);
    using context = new Context();
    using another = new Context();
    using threads = new Threads({ threads: 1 });
    using others = new Threads();
    await occupy(threads, 1, context.ctx, pipe);
    const slab = readers(1, file.fd);
    expect(threads.submit(context.ctx, slab, slots(1))).toBe(1);
    expect(threads.withdraw(another.ctx, slab, 0)).toBe(false);
    expect(others.withdraw(context.ctx, slab, 0)).toBe(false);
    expect([threads.queued, slab.inFlight()]).toEqual([1, 1]);
    pipe.fill('x');
    context.wait(2);
    expect(slab.inFlight()).toBe(0);
  });

  test('against threads at work: each operation is taken back or has its event, never both', async () => {
    using file = tempFile(16);
    using context = new Context(256);
    using threads = new Threads({ threads: 2 });
    const slab = readers(256, file.fd);
    let withdrawn = 0;
    const race = fc.asyncProperty(
      fc.array(fc.nat({ max: 255 }), { maxLength: 64 }),
      async (order) => {
        expect(threads.submit(context.ctx, slab, slots(256))).toBe(256);
        const back = new Set<number>();
        // The last first: the threads come to it last.
        for (const slot of [255, ...order]) {
          if (threads.withdraw(context.ctx, slab, slot)) back.add(slot);
        }
        withdrawn += back.size;
        await eventually(() => expect(threads.queued + threads.running).toBe(0));
        const done = context.take().map(({ data }) => Number(data));
        const all = [...back, ...done].sort((a, b) => a - b);
        expect(all).toEqual([...slots(256)]);
        expect(slab.inFlight()).toBe(0);
      },
    );
    // Until one was taken back: the scheduler may have the threads done with all before the caller goes on.
    do await fc.assert(race, { numRuns: 30 });
    while (withdrawn === 0);
  });

  test.for([-1, 2, 0.5, NaN])('refuses slot %d of 2', (slot) => {
    expect(() => new Threads().withdraw(idle.ctx, new IocbSlab(2), slot)).toThrow(outOfRange);
  });

  test.for(each(undefined, null, {}, new Iocb()))('refuses the slab %o', ([slab]) => {
    expect(() => new Threads().withdraw(idle.ctx, wrong(slab), 0)).toThrow(wrongType);
  });
});

describe('close', () => {
  test('refuses with ECANCELED what is queued and what comes later; what runs is finished', async () => {
    using pipe = new BlockingPipe();
    using file = tempFile(16);
    using context = new Context();
    using threads = new Threads({ threads: 1 });
    const running = await occupy(threads, 1, context.ctx, pipe);
    const slab = readers(3, file.fd);
    expect(threads.submit(context.ctx, slab, slots(2))).toBe(2);
    threads.close();
    expect(threads.queued).toBe(0);
    expect(threads.submit(context.ctx, slab, slots(1, 2))).toBe(1);
    expect(threads.take()).toEqual(
      [0, 1, 2].map((slot) => ({
        data: BigInt(slot),
        obj: address(slab, slot),
        res: minus('ECANCELED'),
        res2: 0,
      })),
    );
    expect([slab.inFlight(), running.inFlight()]).toEqual([0, 1]);
    pipe.fill('x');
    expect(context.wait(1)).toMatchObject([{ obj: address(running, 0), res: 1 }]);
    await eventually(() => expect(threads.threads).toBe(0));
  });

  test('ends idle threads at once, and again is harmless', async () => {
    using file = tempFile(16);
    using context = new Context();
    const threads = new Threads({ idleMs: NEVER });
    threads.submit(context.ctx, readers(4, file.fd), slots(4));
    context.wait(4);
    threads.close();
    threads.close();
    await eventually(() => expect(threads.threads).toBe(0));
    threads[Symbol.dispose]();
    expect(threads.take()).toEqual([]);
  });

  test('wakes the watcher for what it refuses', async () => {
    using pipe = new BlockingPipe();
    using context = new Context();
    const found = await new Promise((resolve) => {
      const watcher = new EventWatcher(() => {
        watcher.close();
        pipe.fill('x');
        resolve(threads.take());
      });
      const threads = new Threads({ threads: 1, watcher });
      void occupy(threads, 1, context.ctx, pipe).then(() => {
        threads.submit(context.ctx, readers(1, pipe.fd), slots(1));
        threads.close();
      });
    });
    expect(found).toMatchObject([{ res: minus('ECANCELED') }]);
  });
});

describe('a wait that would not end by itself', () => {
  test('is ended by io_destroy, which also drops what is queued for that context alone', async () => {
    using pipe = new BlockingPipe();
    using file = tempFile(16);
    using lasting = new Context();
    const passing = new Context();
    using threads = new Threads({ threads: 2 });
    const waiting = await occupy(threads, 2, passing.ctx, pipe);
    const dropped = readers(3, file.fd);
    const kept = readers(2, file.fd);
    expect(threads.submit(passing.ctx, dropped, slots(3))).toBe(3);
    expect(threads.submit(lasting.ctx, kept, slots(2))).toBe(2);
    io_destroy(passing.ctx);
    expect([waiting, dropped].map((slab) => slab.inFlight())).toEqual([0, 0]);
    expect(
      lasting
        .wait(2)
        .map(({ data }) => Number(data))
        .sort(),
    ).toEqual([0, 1]);
    expect(threads.take()).toEqual([]);
    // The threads themselves are as good as before.
    expect(threads.submit(lasting.ctx, kept, slots(2))).toBe(2);
    lasting.wait(2);
  });

  test('is ended by io_destroy whether the program listens to SIGURG, or does no longer', async () => {
    using pipe = new BlockingPipe();
    const inFlight = await shared(async ({ aio, fs, nextTurn }, path) => {
      const threads = new aio.SubmitThreads();
      const iocb = new aio.Iocb();
      aio.io_prep_pread(iocb, fs.openSync(path, 'r'), Buffer.alloc(1), 1, 0);
      const waitAndDestroy = async (): Promise<number> => {
        const ctx = new aio.aio_context_t();
        aio.io_setup(1, ctx);
        threads.submit(ctx, [iocb]);
        while (threads.running === 0) await nextTurn();
        aio.io_destroy(ctx);
        return iocb.slab.inFlight();
      };
      const listener = (): void => undefined;
      process.on('SIGURG', listener);
      const listening = await waitAndDestroy();
      process.off('SIGURG', listener);
      return [listening, await waitAndDestroy()];
    }, `/proc/${process.pid}/fd/${pipe.fd}`);
    expect(inFlight).toEqual([0, 0]);
  });

  test('is ended with the worker that it belongs to', async () => {
    using pipe = new BlockingPipe();
    const workers = rounds(5, 2);
    const ended = await shared(
      async ({ startWorker }, [count, path]) => {
        const codes: unknown[] = [];
        for (let round = 0; round < count; round++) {
          const worker = startWorker(async ({ aio, fs, nextTurn }, file) => {
            const ctx = new aio.aio_context_t();
            aio.io_setup(8, ctx);
            const fd = fs.openSync(file, 'r');
            const slab = new aio.IocbSlab(8);
            for (let slot = 0; slot < 8; slot++) {
              aio.io_prep_pread(new aio.Iocb(slab, slot), fd, Buffer.alloc(1), 1, 0);
            }
            const threads = new aio.SubmitThreads({ threads: 4 });
            threads.submit(ctx, slab, Uint32Array.of(0, 1, 2, 3, 4, 5, 6, 7));
            while (threads.running < 4) await nextTurn();
            process.getBuiltinModule('node:worker_threads').parentPort?.postMessage('waiting');
            return new Promise(() => setInterval(() => undefined, 1000));
          }, path);
          await new Promise((resolve) => worker.once('message', resolve));
          codes.push(await worker.terminate());
        }
        return codes;
      },
      [workers, `/proc/${process.pid}/fd/${pipe.fd}`] as const,
    );
    expect(ended).toEqual(new Array(workers).fill(1));
  });

  test.for(['process.exit', 'return', 'throw'] as const)(
    'does not keep the process from ending by %s',
    async (how) => {
      using pipe = new BlockingPipe();
      const outcome = await inChild(
        async ({ aio, fs, nextTurn }, [path, way]) => {
          const ctx = new aio.aio_context_t();
          aio.io_setup(4, ctx);
          const threads = new aio.SubmitThreads({ threads: 2 });
          const fd = fs.openSync(path, 'r');
          const iocbs = [0, 1, 2, 3].map(() => {
            const iocb = new aio.Iocb();
            aio.io_prep_pread(iocb, fd, Buffer.alloc(1), 1, 0);
            return iocb;
          });
          threads.submit(ctx, iocbs);
          while (threads.running < 2) await nextTurn();
          if (way === 'process.exit') process.exit(5);
          if (way === 'throw') throw new Error('on purpose');
        },
        [`/proc/${process.pid}/fd/${pipe.fd}`, how] as const,
        { exits: how !== 'return' },
      );
      const status = { 'process.exit': 5, return: 0, throw: 1 }[how];
      expect(outcome).toMatchObject({ status, signal: null });
      if (how !== 'throw') expect(outcome.stderr).toBe('');
    },
  );
});

describe('io_cancel', () => {
  test('cancels a poll that a thread has submitted; its event names the own iocb', async () => {
    using pipe = new Pipe();
    using context = new Context();
    using threads = new Threads();
    const iocb = new Iocb();
    io_prep_poll(iocb, pipe.readEnd.fd, POLLIN);
    iocb.aio_data = 9;
    expect(threads.submit(context.ctx, [iocb])).toBe(1);
    await eventually(() => expect(threads.queued + threads.running).toBe(0));
    io_cancel(context.ctx, iocb, null);
    expect(context.wait(1)).toEqual([{ data: 9n, obj: BigInt(iocb.address), res: 0, res2: 0 }]);
    expect(() => io_cancel(context.ctx, iocb, null)).toThrow(failure('EINVAL', 'io_cancel'));
  });

  test('does not find what is still queued', async () => {
    using pipe = new BlockingPipe();
    using ready = new Pipe();
    using context = new Context();
    using threads = new Threads({ threads: 1 });
    await occupy(threads, 1, context.ctx, pipe);
    const iocb = new Iocb();
    io_prep_poll(iocb, ready.readEnd.fd, POLLIN);
    expect(threads.submit(context.ctx, [iocb])).toBe(1);
    expect(() => io_cancel(context.ctx, iocb, null)).toThrow(failure('EINVAL', 'io_cancel'));
    expect(threads.withdraw(context.ctx, iocb.slab, 0)).toBe(true);
    pipe.fill('x');
    context.wait(1);
  });
});

describe('garbage collection', () => {
  test('of the object does not lose what was queued', async () => {
    using pipe = new Pipe();
    const result = await shared(
      async ({ aio, fs, collectGarbageUntil }, [reader = '', writer = '']) => {
        const ctx = new aio.aio_context_t();
        aio.io_setup(8, ctx);
        const fd = fs.openSync(reader, 'r');
        const slab = new aio.IocbSlab(8);
        const buffers = Array.from({ length: 8 }, () => Buffer.alloc(1));
        buffers.forEach((buffer, slot) => {
          aio.io_prep_pread(new aio.Iocb(slab, slot), fd, buffer, 1, 0);
        });
        let collected = false;
        const registry = new FinalizationRegistry(() => (collected = true));
        const submit = (): void => {
          const threads = new aio.SubmitThreads({ threads: 1 });
          registry.register(threads, null);
          threads.submit(ctx, slab, Uint32Array.of(0, 1, 2, 3, 4, 5, 6, 7));
        };
        submit();
        await collectGarbageUntil(() => collected);
        fs.writeSync(fs.openSync(writer, 'w'), 'abcdefgh');
        const events = aio.io_getevents(ctx, 8, 8, new aio.IoEventArray(8), null);
        aio.io_destroy(ctx);
        return { collected, events, bytes: Buffer.concat(buffers).toString() };
      },
      [pipe.readEnd.fd, pipe.writeEnd.fd].map((fd) => `/proc/${process.pid}/fd/${fd}`),
    );
    expect(result).toEqual({ collected: true, events: 8, bytes: 'abcdefgh' });
  });
});
