// Each environment, be it the main thread or a worker, has its own contexts, and none of them
// outlives it.
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { Iocb, io_prep_pread, io_submit } from '../src/index.js';
import { Context } from './context.js';
import type { Native } from '../src/native.js';
import { type Inside, inChild } from './support/child.js';
import { rounds } from './support/rounds.js';
import { sharedChild } from './support/shared-child.js';
import { resultInWorker, startWorker } from './support/worker.js';
import { O_DIRECT, O_RDONLY, O_RDWR, Pipe, tempFile } from './temp-file.js';

/** Of five workers each. */
const BATCHES = rounds(10, 1);
const SETUPS = rounds(200, 30);

const shared = sharedChild();

const ownPath = (fd: number): string => `/proc/${process.pid}/fd/${fd}`;

describe('a worker', () => {
  test('does not know a context by its number in another thread', async () => {
    using context = new Context(1);
    const codes = await resultInWorker(({ aio }, value) => {
      const ctx = new aio.aio_context_t(value);
      const events = new aio.IoEventArray(1);
      const calls: (() => unknown)[] = [
        () => aio.io_submit(ctx, 1, [new aio.Iocb()]),
        () => aio.io_getevents(ctx, 0, 1, events, null),
        () => aio.io_getevents_ring(ctx, 1, events),
        () => aio.io_cancel(ctx, new aio.Iocb(), null),
        () => new aio.SubmitThreads().submit(ctx, [new aio.Iocb()]),
        () => aio.aio_ring(ctx),
        () => aio.io_destroy(ctx),
      ];
      return calls.map((call) => {
        try {
          call();
          return 'done';
        } catch (error) {
          return (error as NodeJS.ErrnoException).code;
        }
      });
    }, context.ctx.value);
    expect(codes).toEqual(new Array(7).fill('EINVAL'));
    expect(context.take()).toEqual([]);
  });

  test('has its own numbers for contexts, slabs and events, even below the package', async () => {
    using context = new Context(1); // a number that is small and in use here
    const results = await resultInWorker(({ native }) => {
      const found: unknown[] = [];
      for (let id = 1; id < 20; id++) {
        found.push(native.ioDestroy(id), native.ioSubmitPairs(id, 0, null), native.aioRing(id));
        for (const call of [
          () => native.ioGeteventsRing(id, 1, id),
          () => native.ioCancel(id, id, 0),
        ]) {
          try {
            found.push(call());
          } catch (error) {
            found.push((error as Error).name);
          }
        }
      }
      return [...new Set(found)];
    }, null);
    expect(results).toEqual([-22, 'TypeError']);
    expect(context.take()).toEqual([]);
  });

  test('works beside others, and each has its own events only', async () => {
    using file = tempFile(Buffer.from(Array.from({ length: 4096 }, (_, i) => i & 0xff)));
    const work = ({ aio, fs }: Inside, given: readonly [string, number, number]): string => {
      const [name, me, times] = given;
      const fd = fs.openSync(name, 'r');
      const ctx = new aio.aio_context_t();
      aio.io_setup(8, ctx);
      const slab = new aio.IocbSlab(8);
      const events = new aio.IoEventArray(8);
      const slots = Uint32Array.of(0, 1, 2, 3, 4, 5, 6, 7);
      const buffers = Array.from(slots, () => Buffer.alloc(4));
      for (let round = 0; round < times; round++) {
        buffers.forEach((buffer, slot) => {
          const iocb = new aio.Iocb(slab, slot);
          aio.io_prep_pread(iocb, fd, buffer.fill(0), 4, (round * 8 + slot) % 4000);
          iocb.aio_data = BigInt(me * 1_000_000 + round * 8 + slot);
        });
        if (aio.io_submit(ctx, 8, slab, slots) !== 8) return 'not all submitted';
        if (aio.io_getevents(ctx, 8, 8, events, null) !== 8) return 'not all collected';
        for (let i = 0; i < 8; i++) {
          const { data, obj, res } = events.at(i);
          const slot = slab.slotOf(obj);
          if (Number(data) !== me * 1_000_000 + round * 8 + slot) return `the event of ${data}`;
          if (res !== 4n) return `res ${res}`;
          if (buffers[slot]?.[0] !== (((round * 8 + slot) % 4000) & 0xff)) return 'wrong bytes';
        }
      }
      return 'done';
    };
    const results = await Promise.all(
      [1, 2, 3, 4].map((me) =>
        resultInWorker(work, [ownPath(file.fd), me, rounds(300, 50)] as const),
      ),
    );
    expect(results).toEqual(['done', 'done', 'done', 'done']);
  });

  test.for(['return', 'throw', 'process.exit'] as const)(
    'that ends by %s leaves nothing in flight and no ring',
    async (how) => {
      using pipe = new Pipe();
      const found = await shared(
        async ({ fs, startWorker: start }, argument) => {
          const worker = start(({ aio, fs: files }, [name, way]) => {
            const ctx = new aio.aio_context_t();
            aio.io_setup(4, ctx);
            const iocb = new aio.Iocb();
            aio.io_prep_poll(iocb, files.openSync(name, 'r'), aio.POLLIN);
            aio.io_submit(ctx, 1, [iocb]);
            if (way === 'process.exit') process.exit(1);
            if (way === 'throw') throw new Error('on purpose');
          }, argument);
          worker.on('error', () => undefined);
          const code = await new Promise((resolve) => worker.on('exit', resolve));
          return { code, ring: fs.readFileSync('/proc/self/maps', 'utf8').includes('/[aio]') };
        },
        [ownPath(pipe.readEnd.fd), how] as const,
      );
      const code = how === 'return' ? 0 : 1;
      expect(found).toEqual({ code, ring: false });
    },
  );

  test(`may be terminated at any moment, ${5 * BATCHES} times, with reads in flight`, async () => {
    using file = tempFile(1 << 20);
    using pipe = new Pipe();
    const outcome = await inChild(
      async ({ aio, fs, nextTurn, startWorker: start }, [batches, ...argument]) => {
        const round = async (turns: number): Promise<number> => {
          const worker = start(({ aio: own, fs: files }, [name, flags, waiting]) => {
            const direct = files.openSync(name, flags);
            const buffered = files.openSync(name, 'r');
            const empty = files.openSync(waiting, 'r');
            const ctx = new own.aio_context_t();
            own.io_setup(64, ctx);
            const events = new own.IoEventArray(64);
            const slab = new own.IocbSlab(64);
            const threads = new own.SubmitThreads({ threads: 3 });
            const watcher = new own.EventWatcher(() => {
              while (own.io_getevents_ring(ctx, 64, events) > 0);
              for (let slot = 0; slot < 64; slot++) {
                if (slab.inFlight(slot) > 0) continue;
                const iocb = new own.Iocb(slab, slot);
                const at = ((slot * 7) % 64) * 16384;
                const fd = slot % 2 ? direct : slot === 0 ? empty : buffered;
                own.io_prep_pread(iocb, fd, own.allocAligned(16384), 16384, at);
                own.io_set_eventfd(iocb, watcher.fd);
                if (slot % 2) own.io_submit(ctx, 1, [iocb]);
                else threads.submit(ctx, [iocb]);
              }
            });
            watcher.ref();
            files.writeSync(watcher.fd, BigUint64Array.of(1n));
            return 'begun';
          }, argument);
          if (turns > 0) {
            await new Promise((resolve) => worker.once('message', resolve));
            for (let turn = 1; turn < turns; turn++) await nextTurn();
          }
          return worker.terminate();
        };
        // Some before they have begun, the others a random while after.
        for (let batch = 0; batch < batches; batch++) {
          const turns = [0, 1, 2, 3, 4].map((n) => n * Math.ceil(Math.random() * 100));
          await Promise.all(turns.map(round));
        }
        // The process is unharmed.
        const ctx = new aio.aio_context_t();
        aio.io_setup(1, ctx);
        const iocb = new aio.Iocb();
        aio.io_prep_pread(iocb, fs.openSync(argument[0], 'r'), Buffer.alloc(9), 9, 0);
        aio.io_submit(ctx, 1, [iocb]);
        const events = new aio.IoEventArray(1);
        aio.io_getevents(ctx, 1, 1, events, null);
        aio.io_destroy(ctx);
        return {
          read: Number(events.at(0).res),
          ring: fs.readFileSync('/proc/self/maps', 'utf8').includes('/[aio]'),
        };
      },
      [BATCHES, ownPath(file.fd), O_RDONLY | O_DIRECT, ownPath(pipe.readEnd.fd)] as const,
    );
    expect(outcome).toMatchObject({ status: 0, stderr: '', result: { read: 9, ring: false } });
  });

  test(`that is terminated within io_setup leaves no ring, ${SETUPS} times`, async () => {
    const rings = await shared(async ({ fs, startWorker: start }, times) => {
      for (let time = 0; time < times; time++) {
        const begun = new Int32Array(new SharedArrayBuffer(4));
        const worker = start(({ native }, flag) => {
          Atomics.store(flag, 0, 1);
          // Large enough for the kernel to take its time.
          native.ioSetup(1000, 0n);
        }, begun);
        const exit = new Promise((resolve) => worker.once('exit', resolve));
        while (Atomics.load(begun, 0) === 0);
        // A little later each time.
        const end = process.hrtime.bigint() + BigInt((time % 10) * 3000);
        while (process.hrtime.bigint() < end);
        void worker.terminate();
        await exit;
      }
      return fs.readFileSync('/proc/self/maps', 'utf8').split('/[aio]').length - 1;
    }, SETUPS);
    expect(rings).toBe(0);
  });

  test('of the tests themselves may be terminated too', async () => {
    using context = new Context(1);
    const worker = startWorker(({ aio }) => {
      aio.io_setup(1, new aio.aio_context_t());
      new aio.EventWatcher(() => undefined).ref();
      return 'ready';
    }, null);
    await new Promise((resolve) => worker.once('message', resolve));
    expect(await worker.terminate()).toBe(1);
    expect(context.take()).toEqual([]);
  });
});

describe('the process', () => {
  test.for(['return', 'process.exit', 'throw', 'signal'] as const)(
    'ends well by %s with direct writes in flight and a context open',
    async (how) => {
      const bytes = rounds(1 << 20, 1 << 18);
      using file = tempFile(10 * bytes);
      const outcome = await inChild(
        ({ aio, fs }, [name, flags, length, way]) => {
          const fd = fs.openSync(name, flags);
          const ctx = new aio.aio_context_t();
          aio.io_setup(10, ctx);
          const iocbs = Array.from({ length: 10 }, (_, i) => {
            const iocb = new aio.Iocb();
            const buffer = aio.allocAligned(length).fill(0x61);
            aio.io_prep_pwrite(iocb, fd, buffer, length, i * length);
            return iocb;
          });
          if (aio.io_submit(ctx, 10, iocbs) !== 10) throw new Error('not all submitted');
          if (way === 'process.exit') process.exit(0);
          if (way === 'throw') throw new Error('on purpose');
          if (way === 'signal') process.kill(process.pid, 'SIGKILL');
        },
        [ownPath(file.fd), O_RDWR | O_DIRECT, bytes, how] as const,
        { exits: how !== 'return' },
      );
      const status = { return: 0, 'process.exit': 0, throw: 1, signal: null }[how];
      expect(outcome).toMatchObject({ status, signal: how === 'signal' ? 'SIGKILL' : null });
      if (how !== 'throw') expect(outcome.stderr).toBe('');
      // However it ended, the kernel has finished what it had taken.
      expect(file.contents.equals(Buffer.alloc(10 * bytes, 0x61))).toBe(true);
    },
  );

  test('may load the addon twice: each has its own contexts', async () => {
    const addon = path.resolve(
      import.meta.dirname,
      process.env.AIO_BIND_ADDON ?? '../build/Release/aio_bind.node',
    );
    const found = await shared((_inside, file) => {
      const { createRequire } = process.getBuiltinModule('node:module');
      const require = createRequire(file);
      const one = require(file) as Native;
      delete require.cache[file]; // eslint-disable-line @typescript-eslint/no-dynamic-delete
      const other = require(file) as Native;
      const { serial = 0 } = one.ioSetup(1, 0n);
      const strangers = other.ioDestroy(serial);
      const both = other.ioSetup(1, 0n).result;
      return { same: one === other, strangers, both, own: one.ioDestroy(serial) };
    }, addon);
    expect(found).toEqual({ same: false, strangers: -22, both: 0, own: 0 });
  });

  test('serves two environments that wait at the same time', async () => {
    using file = tempFile(16);
    using context = new Context(1);
    const iocb = new Iocb();
    io_prep_pread(iocb, file.fd, Buffer.alloc(16), 16, 0);
    const both = resultInWorker(({ aio, fs }, name) => {
      const ctx = new aio.aio_context_t();
      aio.io_setup(1, ctx);
      const mine = new aio.Iocb();
      aio.io_prep_pread(mine, fs.openSync(name, 'r'), Buffer.alloc(16), 16, 0);
      aio.io_submit(ctx, 1, [mine]);
      return aio.io_getevents(ctx, 1, 1, new aio.IoEventArray(1), null);
    }, ownPath(file.fd));
    expect(io_submit(context.ctx, 1, [iocb])).toBe(1);
    expect(context.wait(1)).toMatchObject([{ res: 16 }]);
    expect(await both).toBe(1);
  });
});
