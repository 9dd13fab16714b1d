// Whatever JavaScript passes, nothing crashes or hangs: every call returns, or throws an error that
// says what is wrong. In processes of their own, whose end is a part of what is claimed.
import { describe, expect, test } from 'vitest';
import { type Inside, type Outcome, inChild } from './support/child.js';
import { rounds } from './support/rounds.js';
import { tempFile } from './temp-file.js';

type FastCheck = typeof import('fast-check');

interface NastyValues {
  nastyValues(): Record<'plain' | 'forged', Record<string, unknown>>;
}

interface Tally {
  readonly calls: number;
  readonly returned: number;
  readonly threw: number;
}

function expectUnharmed({ status, signal, stdout, stderr, result }: Outcome<Tally>): void {
  expect({ status, signal, stdout, stderr }).toEqual({
    status: 0,
    signal: null,
    stdout: '',
    stderr: '',
  });
  // Both must have happened often, or nothing was shown.
  expect(result?.returned).toBeGreaterThan((result?.calls ?? NaN) / 20);
  expect(result?.threw).toBeGreaterThan((result?.calls ?? NaN) / 20);
}

/** Enough for each function to be called a dozen times. */
const RUNS = rounds(4000, 1500);

describe('any arguments', () => {
  test('to all that the package exports: each call returns, or throws an error with a code', async () => {
    using file = tempFile(Buffer.alloc(4096));
    const outcome = await inChild(
      async ({ aio, fs, load }: Inside, [path, numRuns]) => {
        const { fc } = { fc: (await load('fast-check')) as FastCheck };
        const { plain, forged } = ((await load('./nasty-values.js')) as NastyValues).nastyValues();
        const fd = fs.openSync(path, 'r+');

        const ctx = new aio.aio_context_t();
        aio.io_setup(64, ctx);
        const gone = new aio.aio_context_t();
        aio.io_setup(1, gone);
        aio.io_destroy(gone);
        const slab = new aio.IocbSlab(2);
        const iocb = new aio.Iocb(slab, 1);
        aio.io_prep_pread(iocb, fd, Buffer.alloc(16), 16, 0);
        const vectors = new aio.IoVecArray([Buffer.alloc(8), null]);
        const watcher = new aio.EventWatcher(() => undefined);
        const threads = new aio.SubmitThreads({ threads: 2, idleMs: 1 });
        const instances = {
          ctx,
          slab,
          iocb,
          vectors,
          iovec: vectors.at(0),
          events: new aio.IoEventArray(4),
          ranges: new aio.IoRangeArray(2),
          event: new aio.IoEvent(),
          timespec: new aio.Timespec(),
          sigset: new aio.SigSet(),
          watcher,
          threads,
          timed: new aio.TimedRead(),
        };
        const fine = {
          ...instances,
          unset: new aio.aio_context_t(),
          gone,
          iocbs: [iocb, new aio.Iocb()],
          'some iocbs': [iocb, null],
          past: new aio.Timespec(-1),
          buffer: Buffer.alloc(16),
          options: { threads: 1, watcher },
          command: { aio_lio_opcode: 0, aio_fildes: fd, aio_rw_flags: 0, tag: 1 },
        };
        const proxies = Object.fromEntries(
          Object.entries(instances).flatMap(([name, object]) => [
            [`proxy of ${name}`, new Proxy(object, {})],
            [`forged ${name}`, Object.create(Object.getPrototypeOf(object) as object) as unknown],
          ]),
        );
        const values = Object.entries({ ...plain, ...fine, ...forged, ...proxies });
        const forgeries = new Set<unknown>(Object.values({ ...forged, ...proxies }));

        /** A descriptor that is open may be one of Node's own. */
        const safeFd = (value: unknown): unknown =>
          typeof value === 'number' && value >= 0 && value < 1024 ? fd : value;
        const tamePreadv2 = (args: unknown[]): void => {
          args[0] = safeFd(args[0]);
          // An address is the caller's to keep right.
          if (typeof args[1] === 'number') args[1] = Math.min(args[1], 4095);
        };
        /** What must not be passed, since it would do what it says. */
        const tamed: Record<string, (args: unknown[]) => void> = {
          // These would wait for ever, as null and what the setters have made of `timespec` ask for.
          io_getevents: (args) =>
            (args[4] = [null, fine.timespec].includes(args[4] as null)
              ? new aio.Timespec()
              : args[4]),
          io_pgetevents: (args) =>
            (args[4] = [null, fine.timespec].includes(args[4] as null)
              ? new aio.Timespec()
              : args[4]),
          // This one takes 30 ms each time.
          io_destroy: (args) => (args[0] = args[0] === ctx ? gone : args[0]),
          io_destroy_later: (args) => (args[0] = args[0] === ctx ? gone : args[0]),
          // And this takes all memory.
          allocAligned: (args) => {
            if (typeof args[0] === 'number' && args[0] > 1e6) args[0] = Infinity;
          },
          'iocb.aio_fildes': (args) => (args[0] = safeFd(args[0])),
          'iocb.aio_resfd': (args) => (args[0] = safeFd(args[0])),
          lseek: (args) => (args[0] = safeFd(args[0])),
          try_preadv2: tamePreadv2,
          'timed.try_preadv2': tamePreadv2,
          close: (args) => (args[0] = safeFd(args[0]) === fd ? -1 : args[0]),
        };
        for (const name of Object.keys(aio)) {
          if (name.startsWith('io_prep_') || name === 'io_set_eventfd') {
            tamed[name] = (args) => (args[1] = safeFd(args[1]));
          }
        }

        type Call = (...args: unknown[]) => unknown;
        const calls: [name: string, call: Call][] = [];
        for (const [name, value] of Object.entries(aio as Record<string, unknown>)) {
          if (typeof value !== 'function') continue;
          const construct = value as new (...args: unknown[]) => unknown;
          if (String(value).startsWith('class'))
            calls.push([name, (...args) => new construct(...args)]);
          else calls.push([name, value as Call]);
        }
        for (const [owner, instance] of Object.entries(instances)) {
          const properties = Object.getOwnPropertyDescriptors(
            Object.getPrototypeOf(instance) as Record<PropertyKey, unknown>,
          );
          for (const key of Reflect.ownKeys(properties)) {
            const property = properties[key as string];
            const name = `${owner}.${String(key)}`;
            // Closed once, they would be closed for all that follows.
            if (key === 'constructor' || /\.(close|Symbol)/.test(name)) continue;
            const method: unknown = property?.value;
            if (typeof method === 'function') {
              calls.push([name, (...args) => (method as Call).apply(instance, args)]);
            }
            if (property?.get) {
              calls.push([`${name} (read)`, () => property.get?.call(instance) as unknown]);
            }
            if (property?.set) {
              calls.push([name, (...args) => property.set?.call(instance, args[0])]);
            }
          }
        }

        const tally = { calls: 0, returned: 0, threw: 0 };
        const pick = fc.nat({ max: values.length - 1 });
        const usual = fc.nat({ max: Object.keys({ ...plain, ...fine }).length - 1 });
        const right = fc
          .nat({ max: Object.keys(fine).length - 1 })
          .map((index) => index + Object.keys(plain).length);
        fc.assert(
          fc.property(
            fc.nat({ max: calls.length - 1 }),
            fc.array(fc.oneof(pick, usual, right), { maxLength: 7 }),
            (which, chosen) => {
              const [name, call] = calls[which] ?? ['nothing', () => undefined];
              const args = chosen.map((index) => values[index]?.[1]);
              tamed[name]?.(args);
              tally.calls++;
              try {
                const result = call(...args);
                // It rejects where others throw.
                if (result instanceof Promise) result.catch(() => undefined);
                if (name === 'EventWatcher') (result as typeof watcher).close();
                tally.returned++;
              } catch (error) {
                tally.threw++;
                // What is forged is V8's to refuse, now or when it is used later.
                const isForged =
                  args.some((arg) => forgeries.has(arg)) ||
                  String(error).includes('private member');
                const hasCode =
                  error instanceof Error &&
                  typeof (error as NodeJS.ErrnoException).code === 'string';
                // The macros of linux/ioprio.h are bare arithmetic.
                const isBare =
                  error instanceof TypeError && (isForged || name.startsWith('IOPRIO_'));
                if (hasCode || isBare) return;
                throw new Error(
                  `${name}(${chosen.map((index) => values[index]?.[0]).join(', ')}) threw otherwise`,
                  { cause: error },
                );
              }
            },
          ),
          { numRuns },
        );

        // What was submitted on the way has its event, and the rest was refused.
        watcher.close(); // it may have been given a ref
        threads.close();
        aio.io_destroy(ctx);
        try {
          aio.io_destroy(fine.unset);
        } catch {
          // Nothing has set it up, or something has destroyed it.
        }
        threads.refused(fine.events);
        if (slab.inFlight() !== 0) throw new Error('something is in flight for ever');
        return tally;
      },
      [`/proc/${process.pid}/fd/${file.fd}`, RUNS] as const,
    );
    expectUnharmed(outcome);
  });

  test('to all that the addon exports: each call returns, or throws an Error', async () => {
    const outcome = await inChild(async ({ native, load }: Inside, numRuns) => {
      const { fc } = { fc: (await load('fast-check')) as FastCheck };
      const { plain, forged } = ((await load('./nasty-values.js')) as NastyValues).nastyValues();

      type Call = (...args: unknown[]) => unknown;
      const watcher = new native.EventWatcher(() => undefined);
      const open = new native.EventWatcher(() => undefined);
      open.start();
      const threads = new native.SubmitThreads(2, 1, open);
      const owners = Array.from({ length: 5 }, () => ({}));
      for (const owner of owners) {
        native.createSlab(owner, 3);
        native.createEventArray(owner, 3);
        native.createRangeArray(owner, 3);
        native.ioSetup(8, 0n);
      }
      // Numbers that name something, and those that do not.
      const numbers = Object.fromEntries([1, 2, 3, 4, 5, 6].map((n) => [`id ${n}`, n]));
      const handles = { watcher, open, threads, owner: owners[0] };
      const values = Object.entries({ ...plain, ...forged, ...numbers, ...handles });

      const uint32 = (value: unknown): number => (typeof value === 'number' ? value >>> 0 : 0);
      let contexts = 0;
      const tamed: Record<string, (args: unknown[]) => void> = {
        ioSetup: (args) => {
          if (args[1] === 0n && ++contexts > 5) args[1] = 1n;
        },
        // Each takes 30 ms, and the contexts are few.
        ioDestroy: (args) => {
          if (uint32(args[0]) <= 10) args[0] = 11;
        },
        ioDestroyLater: (args) => {
          if (uint32(args[0]) <= 10) args[0] = 11;
        },
        ioGetevents: (args) => {
          if (typeof args[1] === 'number' && args[1] > 0) args.fill(0, 4, 6);
        },
        ioPgetevents: (args) => {
          if (typeof args[1] === 'number' && args[1] > 0) args.fill(0, 4, 6);
        },
        // A descriptor that is open may be one of Node's own.
        close: (args) => {
          if (typeof args[0] === 'number') args[0] = -1;
        },
        // An address is the caller's to keep right.
        preadv2: (args) => {
          if (typeof args[0] === 'number') args[0] = -1;
        },
        createRangeArray: (args) => {
          if (uint32(args[1]) > 1000) args[1] = 7;
        },
        createSlab: (args) => {
          if (uint32(args[1]) > 1000) args[1] = 7;
        },
        createEventArray: (args) => {
          if (uint32(args[1]) > 1000) args[1] = 7;
        },
      };

      const calls: [name: string, call: Call][] = [];
      for (const [name, value] of Object.entries(native)) {
        if (typeof value !== 'function') continue;
        const { prototype } = value as { prototype?: Record<string, Call> };
        const methods = prototype === undefined ? [] : Object.getOwnPropertyNames(prototype);
        if (!methods.includes('close')) {
          calls.push([name, value as Call]);
          continue;
        }
        const construct = value as unknown as new (...args: unknown[]) => { close(): void };
        calls.push([name, (...args) => (value as Call)(...args)]);
        calls.push([`new ${name}`, (...args) => new construct(...args)]);
        for (const method of methods) {
          const call = prototype?.[method];
          if (call === undefined || method === 'constructor') continue;
          const own = name === 'EventWatcher' ? [open, watcher] : [threads];
          for (const instance of own) {
            if (instance === open && method === 'close') continue;
            calls.push([`${name}.${method}`, (...args) => call.apply(instance, args)]);
          }
          calls.push([`${name}.${method}.call`, (self, ...args) => call.apply(self, args)]);
        }
      }

      const tally = { calls: 0, returned: 0, threw: 0 };
      const pick = fc.nat({ max: values.length - 1 });
      const named = fc
        .nat({ max: 5 })
        .map((n) => values.findIndex(([name]) => name === 'id 1') + n);
      fc.assert(
        fc.property(
          fc.nat({ max: calls.length - 1 }),
          fc.array(fc.oneof(pick, named), { maxLength: 7 }),
          (which, chosen) => {
            const [name, call] = calls[which] ?? ['nothing', () => undefined];
            const args = chosen.map((index) => values[index]?.[1]);
            tamed[name]?.(args);
            tally.calls++;
            try {
              const result = call(...args);
              if (result instanceof native.EventWatcher) result.close();
              tally.returned++;
            } catch (error) {
              tally.threw++;
              if (error instanceof Error) return;
              throw new Error(`${name}(${chosen.join(', ')}) threw what is no Error`, {
                cause: error,
              });
            }
          },
        ),
        { numRuns },
      );
      open.close();
      return tally;
    }, RUNS);
    expectUnharmed(outcome);
  });

  test('more memory than there is gives an error with a code', async ({ skip }) => {
    skip(
      process.env.AIO_INSTRUMENT !== undefined,
      'not runnable here: has an allocator of its own',
    );
    const outcome = await inChild(
      ({ aio }) => {
        try {
          return new aio.IocbSlab(2 ** 24).slots;
        } catch (error) {
          return { name: (error as Error).name, code: (error as NodeJS.ErrnoException).code };
        }
      },
      null,
      { wrapper: ['prlimit', `--data=${2 ** 30}`] },
    );
    expect(outcome).toMatchObject({
      status: 0,
      stderr: '',
      result: { name: 'RangeError', code: 'ERR_MEMORY_ALLOCATION_FAILED' },
    });
  });
});

describe('slot numbers in shared memory', () => {
  test('that another thread changes all the time are refused or taken, as they were', async () => {
    using file = tempFile(16);
    const outcome = await inChild(
      async ({ aio, fs, startWorker }, [path, times]) => {
        const fd = fs.openSync(path, 'r');
        const ctx = new aio.aio_context_t();
        aio.io_setup(64, ctx);
        const slab = new aio.IocbSlab(2);
        for (const slot of [0, 1]) {
          aio.io_prep_pread(new aio.Iocb(slab, slot), fd, Buffer.alloc(1), 1, 0);
        }
        const memory = new SharedArrayBuffer(4 * 16);
        const worker = startWorker((_inside, shared) => {
          const slots = new Uint32Array(shared);
          process.getBuiltinModule('node:worker_threads').parentPort?.postMessage('changing');
          for (;;) for (const slot of [0, 1, 0x7fffff]) slots.fill(slot);
        }, memory);
        await new Promise((resolve) => worker.once('message', resolve));
        const slots = new Uint32Array(memory);
        const events = new aio.IoEventArray(16);
        const threads = new aio.SubmitThreads();
        const found = { taken: 0, refused: 0, collected: 0 };
        const attempt = (submit: () => number): void => {
          try {
            found.taken += submit();
          } catch (error) {
            const { code } = error as NodeJS.ErrnoException;
            if (code !== 'ERR_OUT_OF_RANGE' && code !== 'EBUSY') throw error;
            found.refused++;
          }
        };
        // Both must have happened often, or nothing was shown.
        for (let round = 0; round < times || found.taken <= 100 || found.refused <= 100; round++) {
          attempt(() => aio.io_submit(ctx, 16, slab, slots));
          if (round % 10 === 0) attempt(() => threads.submit(ctx, slab, slots, 2));
          while (slab.inFlight() > 0) {
            found.collected += aio.io_getevents(ctx, 1, 16, events, null);
          }
        }
        await worker.terminate();
        return found;
      },
      [`/proc/${process.pid}/fd/${file.fd}`, rounds(20_000, 4000)] as const,
    );
    expect(outcome).toMatchObject({ status: 0, signal: null, stderr: '' });
    const { taken, collected } = outcome.result ?? { taken: 0, collected: -1 };
    expect(collected).toBe(taken);
  });
});
