import { AsyncLocalStorage, createHook, executionAsyncResource } from 'node:async_hooks';
import { readFileSync, readlinkSync, writeSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import {
  EventWatcher,
  IoEventArray,
  Iocb,
  io_getevents_ring,
  io_prep_fsync,
  io_prep_pread,
  io_set_eventfd,
} from '../src/index.js';
import { Context } from './context.js';
import { inChild, resultInChild, startChild } from './support/child.js';
import { each, wrong, wrongType } from './support/refusals.js';
import { rounds } from './support/rounds.js';
import { sharedChild } from './support/shared-child.js';
import { resultInWorker } from './support/worker.js';
import { Pipe, tempFile } from './temp-file.js';

const shared = sharedChild({ flags: ['--expose-gc'] });

/** Adds to an eventfd, as a completion does. */
function signal(fd: number, times = 1): void {
  writeSync(fd, BigUint64Array.of(BigInt(times)));
}

/** A watcher that remembers its calls. */
class Watched implements Disposable {
  readonly counts: number[] = [];
  readonly watcher: EventWatcher;
  #called: (() => void) | undefined;

  constructor(callback: (count: number) => void = () => undefined) {
    this.watcher = new EventWatcher((count) => {
      this.counts.push(count);
      callback(count);
      this.#called?.();
    });
  }

  /** Resolves with the next call. */
  call(): Promise<void> {
    return new Promise((resolve) => (this.#called = resolve));
  }

  [Symbol.dispose](): void {
    this.watcher.close();
  }
}

/** Enough turns of the loop for whatever is ready to be seen. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await nextTurn();
}

describe('EventWatcher', () => {
  test('has an eventfd that does not block and is closed by exec', () => {
    using watched = new Watched();
    const { fd } = watched.watcher;
    expect(readlinkSync(`/proc/self/fd/${fd}`)).toBe('anon_inode:[eventfd]');
    const flags = /^flags:\s+([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1];
    expect(parseInt(flags ?? '', 8) & 0o2004000).toBe(0o2004000);
  });

  test('calls back after a completion, whose event is in the ring by then', async () => {
    using file = tempFile(4096);
    using context = new Context();
    const events = new IoEventArray(4);
    const found: number[] = [];
    using watched = new Watched(() => found.push(io_getevents_ring(context.ctx, 4, events)));
    const iocb = new Iocb();
    io_prep_fsync(iocb, file.fd);
    io_set_eventfd(iocb, watched.watcher.fd);
    const called = watched.call();
    expect(context.submit(iocb)).toBe(1);
    await called;
    expect(watched.counts).toEqual([1]);
    expect(found).toEqual([1]);
    expect(events.at(0).obj).toBe(BigInt(iocb.address));
  });

  test('counts the completions since the last time', async () => {
    using file = tempFile(4096);
    using context = new Context();
    using watched = new Watched();
    const iocb = new Iocb();
    io_prep_pread(iocb, file.fd, Buffer.alloc(16), 16, 0);
    io_set_eventfd(iocb, watched.watcher.fd);
    const called = watched.call();
    expect(context.submit(iocb, iocb, iocb)).toBe(3); // cached, so they complete in line
    await called;
    expect(watched.counts).toEqual([3]);
    expect(context.take()).toHaveLength(3);
  });

  test('calls back once for each turn in which there were signals', async () => {
    using watched = new Watched();
    for (const times of [1, 2, 2 ** 40]) {
      const called = watched.call();
      signal(watched.watcher.fd, times);
      await called;
    }
    expect(watched.counts).toEqual([1, 2, 2 ** 40]);
  });

  test('does not call back unasked, nor before the caller has returned', async () => {
    using watched = new Watched();
    await turns();
    expect(watched.counts).toEqual([]);
    signal(watched.watcher.fd);
    expect(watched.counts).toEqual([]);
    await turns();
    expect(watched.counts).toEqual([1]);
  });

  test('does not call back for signals that were drained', async () => {
    using watched = new Watched();
    signal(watched.watcher.fd, 3);
    expect(watched.watcher.drain()).toBe(3);
    expect(watched.watcher.drain()).toBe(0);
    await turns();
    expect(watched.counts).toEqual([]);
    const called = watched.call();
    signal(watched.watcher.fd, 2);
    await called;
    expect(watched.counts).toEqual([2]);
    watched.watcher.close();
    expect(watched.watcher.drain()).toBe(0);
  });

  test('does not call back for nothing, where another callback of the same turn has drained it', async () => {
    const counts: number[] = [];
    const watchers: EventWatcher[] = [];
    // Both are readable when the loop looks; whoever is called first drains the other.
    for (let i = 0; i < 2; i++) {
      watchers.push(
        new EventWatcher((count) => {
          counts.push(count);
          for (const watcher of watchers) watcher.drain();
        }),
      );
    }
    for (const watcher of watchers) signal(watcher.fd);
    await turns();
    expect(counts).toEqual([1]);
    for (const watcher of watchers) watcher.close();
  });

  test('runs what its callback leaves to nextTick and to microtasks before anything else', async () => {
    const order: string[] = [];
    const logging = (name: string) => (): void => {
      order.push(name);
      process.nextTick(() => order.push(`${name}'s tick`));
      queueMicrotask(() => order.push(`${name}'s microtask`));
      void Promise.resolve().then(() => process.nextTick(() => order.push(`${name}'s last`)));
    };
    using one = new Watched(logging('one'));
    using two = new Watched(logging('two'));
    const called = Promise.all([one.call(), two.call()]);
    signal(one.watcher.fd);
    signal(two.watcher.fd);
    await called;
    await nextTurn();
    const of = (name: string): string[] => [
      name,
      `${name}'s tick`,
      `${name}'s microtask`,
      `${name}'s last`,
    ];
    expect([of('one').concat(of('two')), of('two').concat(of('one'))]).toContainEqual(order);
  });

  test('200 of them are told apart', async () => {
    const all = Array.from({ length: 200 }, () => new Watched());
    try {
      expect(new Set(all.map(({ watcher }) => watcher.fd)).size).toBe(200);
      const called = Promise.all(all.map((watched) => watched.call()));
      all.forEach(({ watcher }, index) => signal(watcher.fd, index + 1));
      await called;
      expect(all.map(({ counts }) => counts)).toEqual(all.map((_, index) => [index + 1]));
    } finally {
      for (const watched of all) watched[Symbol.dispose]();
    }
  });

  test.for(each(undefined, null, {}, 'f', 1))('refuses the callback %o', ([callback]) => {
    expect(() => new EventWatcher(wrong(callback))).toThrow(wrongType);
  });

  test('fails with EMFILE where there is no descriptor left', async ({ skip }) => {
    if (process.env.AIO_INSTRUMENT !== undefined) {
      skip('not runnable here: sanitizers need descriptors of their own');
    }
    const error = await resultInChild(
      ({ aio, fs }) => {
        const fds = [];
        try {
          for (;;) fds.push(fs.openSync('/dev/null', 'r'));
        } catch {
          // None left.
        }
        try {
          new aio.EventWatcher(() => undefined);
          return {};
        } catch (thrown) {
          const { code, syscall, errno } = thrown as NodeJS.ErrnoException;
          for (const fd of fds) fs.closeSync(fd);
          const watcher = new aio.EventWatcher(() => undefined);
          watcher.close();
          return { code, syscall, errno };
        }
      },
      null,
      { openFiles: 64 },
    );
    expect(error).toEqual({ code: 'EMFILE', syscall: 'eventfd', errno: -24 });
  });
});

describe('close', () => {
  test('again is harmless, and all else does nothing then', () => {
    using watched = new Watched();
    const { watcher } = watched;
    expect(watcher.closed).toBe(false);
    watcher.close();
    expect(watcher.closed).toBe(true);
    watcher.close();
    watcher.ref();
    expect(watcher.hasRef()).toBe(false);
    watcher.unref();
    watcher.close();
    expect(watcher.closed).toBe(true);
  });

  test('lets no call come after it, though there were signals', async () => {
    using watched = new Watched();
    signal(watched.watcher.fd);
    watched.watcher.close();
    await turns();
    expect(watched.counts).toEqual([]);
  });

  test('in the callback is the end of it', async () => {
    using watched: Watched = new Watched(() => {
      signal(watched.watcher.fd);
      watched.watcher.close();
    });
    const called = watched.call();
    signal(watched.watcher.fd);
    await called;
    await turns();
    expect(watched.counts).toEqual([1]);
  });

  test('in the callback of another that is ready in the same turn keeps it from being called', async () => {
    const close = (): void => {
      for (const { watcher } of both) watcher.close();
    };
    const both = [new Watched(close), new Watched(close)] as const;
    for (const { watcher } of both) signal(watcher.fd);
    await turns();
    expect(both.flatMap(({ counts }) => counts)).toEqual([1]);
  });

  test('closes the eventfd on a later turn of the loop', async () => {
    const found = await shared(async ({ aio, fs, nextTurn }) => {
      const watcher = new aio.EventWatcher(() => undefined);
      const link = `/proc/self/fd/${watcher.fd}`;
      const found = [fs.readlinkSync(link)];
      watcher.close();
      await nextTurn();
      await nextTurn();
      return [...found, fs.existsSync(link)];
    }, null);
    expect(found).toEqual(['anon_inode:[eventfd]', false]);
  });

  test('by using is the same', () => {
    let kept: EventWatcher;
    {
      using watcher = new EventWatcher(() => undefined);
      kept = watcher;
    }
    expect(kept.closed).toBe(true);
  });
});

describe('ref and unref', () => {
  test('say whether the loop is held, which it is not at first', () => {
    using watched = new Watched();
    const { watcher } = watched;
    expect(watcher.hasRef()).toBe(false);
    watcher.ref();
    watcher.ref();
    expect(watcher.hasRef()).toBe(true);
    watcher.unref();
    expect(watcher.hasRef()).toBe(false);
    watcher.unref();
    watcher.ref();
    expect(watcher.hasRef()).toBe(true);
  });

  test('a watcher without a ref does not hold the process open', async () => {
    const outcome = await inChild(({ aio }) => {
      new aio.EventWatcher(() => undefined);
      const other = new aio.EventWatcher(() => undefined);
      other.ref();
      other.unref();
    }, null);
    expect(outcome).toMatchObject({ status: 0, signal: null, stderr: '' });
  });

  test('nor does one that was closed with a ref', async () => {
    const outcome = await inChild(({ aio }) => {
      const watcher = new aio.EventWatcher(() => undefined);
      watcher.ref();
      watcher.close();
    }, null);
    expect(outcome).toMatchObject({ status: 0, signal: null, stderr: '' });
  });

  test('a watcher with a ref holds the process open until it is closed', async () => {
    using pipe = new Pipe();
    const child = startChild(({ aio, fs }, path) => {
      const ctx = new aio.aio_context_t();
      aio.io_setup(1, ctx);
      const watcher = new aio.EventWatcher(() => {
        watcher.close();
        process.stdout.write('called');
      });
      const iocb = new aio.Iocb();
      aio.io_prep_poll(iocb, fs.openSync(path, 'r'), aio.POLLIN);
      aio.io_set_eventfd(iocb, watcher.fd);
      aio.io_submit(ctx, 1, [iocb]);
      watcher.ref();
      // Nothing else is left to do: this is the last sign of life until the poll is done.
      process.on('beforeExit', () => process.stdout.write('idle'));
      fs.writeSync(1, 'ready');
    }, `/proc/${process.pid}/fd/${pipe.readEnd.fd}`);
    await child.says('ready');
    pipe.fill();
    expect(await child.outcome).toMatchObject({ status: 0, stdout: 'readycalledidle', stderr: '' });
  });
});

describe('an exception in the callback', () => {
  test('becomes an uncaughtException, and the watcher goes on', async () => {
    const log = await shared(async ({ aio, fs, nextTurn }) => {
      const log: string[] = [];
      const listener = (error: Error, origin: string): unknown =>
        log.push(`${origin}: ${error.message}`);
      process.on('uncaughtException', listener);
      const watcher = new aio.EventWatcher((count) => {
        process.nextTick(() => log.push(`tick ${count}`));
        log.push(`call ${count}`);
        if (count === 1) throw new Error('from the callback');
      });
      for (const count of [1n, 2n]) {
        fs.writeSync(watcher.fd, BigUint64Array.of(count));
        for (let turn = 0; turn < 5; turn++) await nextTurn();
      }
      process.off('uncaughtException', listener);
      return log;
    }, null);
    expect(log).toEqual([
      'call 1',
      'uncaughtException: from the callback',
      'tick 1',
      'call 2',
      'tick 2',
    ]);
  });

  test('that nobody handles ends the process with its stack', async () => {
    const outcome = await inChild(({ aio, fs }) => {
      const watcher = new aio.EventWatcher(() => {
        throw new Error('from the callback');
      });
      watcher.ref();
      fs.writeSync(watcher.fd, BigUint64Array.of(1n));
    }, null);
    expect(outcome).toMatchObject({ status: 1, signal: null });
    expect(outcome.stderr).toContain('Error: from the callback');
  });

  test('that is no Error arrives as it was thrown', async () => {
    const thrown = await shared(async ({ aio, fs, nextTurn }) => {
      const caught: unknown[] = [];
      const listener = (error: unknown): unknown => caught.push(error);
      process.on('uncaughtException', listener);
      const watcher = new aio.EventWatcher(() => {
        throw 42 as unknown as Error;
      });
      fs.writeSync(watcher.fd, BigUint64Array.of(1n));
      for (let turn = 0; turn < 5; turn++) await nextTurn();
      process.off('uncaughtException', listener);
      return caught;
    }, null);
    expect(thrown).toEqual([42]);
  });

  test('rejected by an async callback is an unhandledRejection as anywhere', async () => {
    const outcome = await inChild(({ aio, fs }) => {
      const watcher = new aio.EventWatcher(() => {
        void Promise.reject(new Error('later'));
      });
      watcher.ref();
      fs.writeSync(watcher.fd, BigUint64Array.of(1n));
    }, null);
    expect(outcome.status).toBe(1);
    expect(outcome.stderr).toContain('Error: later');
  });
});

describe('asynchronous context', () => {
  test('is that in which the watcher was made', async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const make = (): Watched => new Watched(() => seen.push(storage.getStore()));
    using inner = storage.run('inner', make);
    const called = inner.call();
    storage.run('signaller', () => signal(inner.watcher.fd));
    await called;
    expect(seen).toEqual(['inner']);
  });

  test('goes on in what the callback starts', async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen = await new Promise((resolve) => {
      const watcher = storage.run(
        'made',
        () =>
          new EventWatcher(() => {
            watcher.close();
            setImmediate(() => resolve(storage.getStore()));
          }),
      );
      signal(watcher.fd);
    });
    expect(seen).toBe('made');
  });

  test('is an async resource of the type AIO_EVENTS, with its before, after and destroy', async () => {
    const steps: string[] = [];
    const ids = new Set<number>();
    const log = (step: string) => (id: number) => {
      if (ids.has(id)) steps.push(step);
    };
    const hook = createHook({
      init: (id, type) => {
        if (type === 'AIO_EVENTS') ids.add(id);
      },
      before: log('before'),
      after: log('after'),
      destroy: log('destroy'),
    }).enable();
    try {
      const resources: unknown[] = [];
      using watched = new Watched(() => resources.push(executionAsyncResource()));
      const called = watched.call();
      signal(watched.watcher.fd);
      await called;
      await turns();
      expect(ids.size).toBe(1);
      expect(steps).toEqual(['before', 'after']);
      expect(resources).toHaveLength(1);
      watched.watcher.close();
      await turns();
      expect(steps).toEqual(['before', 'after', 'destroy']);
    } finally {
      hook.disable();
    }
  });
});

describe('a watcher in a worker', () => {
  const WORKERS = rounds(5, 2);

  test('is called on the loop of the worker', async () => {
    const threads = await resultInWorker(
      ({ aio, fs }) =>
        new Promise((resolve) => {
          const watcher = new aio.EventWatcher((count) => {
            watcher.close();
            resolve(count);
          });
          watcher.ref();
          fs.writeSync(watcher.fd, BigUint64Array.of(3n));
        }),
      null,
    );
    expect(threads).toBe(3);
  });

  test('without a ref does not hold the worker; left open, it does no harm', async () => {
    const ended = await shared(async ({ startWorker }, workers) => {
      const codes: unknown[] = [];
      for (let round = 0; round < workers; round++) {
        const worker = startWorker(({ aio }) => {
          for (let i = 0; i < 10; i++) new aio.EventWatcher(() => undefined);
        }, null);
        codes.push(await new Promise((resolve) => worker.on('exit', resolve)));
      }
      return codes;
    }, WORKERS);
    expect(ended).toEqual(new Array(WORKERS).fill(0));
  });

  test('with a ref goes with the worker when that is terminated, busy or not', async () => {
    const ended = await shared(async ({ startWorker }, workers) => {
      const codes: unknown[] = [];
      for (let round = 0; round < workers; round++) {
        const worker = startWorker(({ aio, fs }) => {
          const busy: import('../src/index.js').EventWatcher = new aio.EventWatcher(() => {
            fs.writeSync(busy.fd, BigUint64Array.of(1n));
          });
          busy.ref();
          new aio.EventWatcher(() => undefined).ref();
          fs.writeSync(busy.fd, BigUint64Array.of(1n));
          return 'ready';
        }, null);
        await new Promise((resolve) => worker.once('message', resolve));
        codes.push(await worker.terminate());
      }
      return codes;
    }, WORKERS);
    expect(ended).toEqual(new Array(WORKERS).fill(1));
  });

  test('ends with process.exit() in its callback', async () => {
    const code = await shared(async ({ startWorker }) => {
      const worker = startWorker(({ aio, fs }) => {
        const watcher = new aio.EventWatcher(() => process.exit(7));
        watcher.ref();
        fs.writeSync(watcher.fd, BigUint64Array.of(1n));
      }, null);
      return await new Promise((resolve) => worker.on('exit', resolve));
    }, null);
    expect(code).toBe(7);
  });
});

describe('a watcher that is open at the end of the process', () => {
  test.for(['ref', 'unref'] as const)('does no harm to process.exit(), %s or not', async (ref) => {
    const outcome = await inChild(
      ({ aio, fs }, method) => {
        const watcher = new aio.EventWatcher(() => undefined);
        watcher[method]();
        fs.writeSync(watcher.fd, BigUint64Array.of(1n));
        process.exit(3);
      },
      ref,
      { exits: true },
    );
    expect(outcome).toMatchObject({ status: 3, signal: null, stderr: '' });
  });

  test('may be the one that calls process.exit()', async () => {
    const outcome = await inChild(
      ({ aio, fs }) => {
        const watcher = new aio.EventWatcher(() => process.exit(4));
        watcher.ref();
        fs.writeSync(watcher.fd, BigUint64Array.of(1n));
      },
      null,
      { exits: true },
    );
    expect(outcome).toMatchObject({ status: 4, signal: null, stderr: '' });
  });
});

describe('garbage collection', () => {
  test('leaves an open watcher alone, and takes a closed one', async () => {
    const result = await shared(async ({ aio, fs, collectGarbageUntil, nextTurn }) => {
      let collected = 0;
      const registry = new FinalizationRegistry(() => collected++);
      let calls = 0;
      const makeOpen = (): number => {
        const watcher = new aio.EventWatcher((count) => (calls += count));
        registry.register(watcher, 'open');
        return watcher.fd;
      };
      const makeClosed = (): void => {
        const watcher = new aio.EventWatcher(() => undefined);
        registry.register(watcher, 'closed');
        watcher.close();
      };
      const fd = makeOpen();
      for (let i = 0; i < 10; i++) makeClosed();
      const closedWent = await collectGarbageUntil(() => collected >= 10);
      fs.writeSync(fd, BigUint64Array.of(5n));
      for (let turn = 0; turn < 5; turn++) await nextTurn();
      return { closedWent, calls };
    }, null);
    expect(result).toEqual({ closedWent: true, calls: 5 });
  });
});
