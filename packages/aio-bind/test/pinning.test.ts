// Memory that the kernel may still write to is never freed, and other memory is not held for ever.
// In processes in which JavaScript holds nothing but what a case's own lines say.
import { describe, expect, test } from 'vitest';
import { type Program, resultInChild } from './support/child.js';
import { rounds } from './support/rounds.js';
import { sharedChild } from './support/shared-child.js';
import { O_DIRECT, O_RDONLY, Pipe, tempFile } from './temp-file.js';

interface Given {
  /** A pipe without data, whose reader waits; and the end that fills it. */
  readonly reader: string;
  readonly writer: string;
}

const collecting = sharedChild({ flags: ['--expose-gc'] });

/** Runs a case that says, by name, what it found; all of it must be true. */
async function holds(program: Program<Given, Record<string, boolean>>): Promise<void> {
  using pipe = new Pipe();
  const found = await collecting(program, {
    reader: `/proc/${process.pid}/fd/${pipe.readEnd.fd}`,
    writer: `/proc/${process.pid}/fd/${pipe.writeEnd.fd}`,
  });
  expect(Object.keys(found)).not.toEqual([]);
  expect(Object.entries(found).filter(([, held]) => !held)).toEqual([]);
}

describe('while an operation is in flight', () => {
  test('its buffer, its slab and its iocb are kept, and go once its event has been collected', () =>
    holds(async ({ aio, fs, track, isKept, isCollected }, { reader, writer }) => {
      const ctx = new aio.aio_context_t();
      aio.io_setup(1, ctx);
      const threads = new aio.SubmitThreads();
      const weak = ((): WeakRef<Buffer> => {
        const iocb = new aio.Iocb();
        const buffer = track('buffer', Buffer.alloc(100_000));
        track('slab', iocb.slab);
        aio.io_prep_pread(iocb, fs.openSync(reader, 'r'), buffer, buffer.length, 0);
        threads.submit(ctx, [iocb]);
        return new WeakRef(buffer);
      })();
      const bufferKept = await isKept('buffer');
      const slabKept = await isKept('slab');
      fs.writeSync(fs.openSync(writer, 'w'), 'arrived');
      const one = aio.io_getevents(ctx, 1, 1, new aio.IoEventArray(1), null) === 1;
      const filled = weak.deref()?.toString('latin1', 0, 7) === 'arrived';
      const bufferGone = await isCollected('buffer');
      const slabGone = await isCollected('slab');
      return { bufferKept, slabKept, one, filled, bufferGone, slabGone };
    }));

  test('its event array may go, and its slab is found by the event', () =>
    holds(async ({ aio, fs, track, isKept, isCollected }, { reader, writer }) => {
      const ctx = new aio.aio_context_t();
      aio.io_setup(1, ctx);
      const slab = new WeakRef(
        ((): InstanceType<typeof aio.IocbSlab> => {
          const mine = track('slab', new aio.IocbSlab(9));
          aio.io_prep_poll(new aio.Iocb(mine, 5), fs.openSync(reader, 'r'), aio.POLLIN);
          aio.io_submit(ctx, 1, mine, Uint32Array.of(5));
          track('events', new aio.IoEventArray(10));
          return mine;
        })(),
      );
      const eventsGone = await isCollected('events');
      const slabKept = await isKept('slab');
      fs.writeSync(fs.openSync(writer, 'w'), 'x');
      const events = new aio.IoEventArray(1);
      aio.io_getevents(ctx, 1, 1, events, null);
      const found = slab.deref()?.slotOf(events.at(0).obj) === 5;
      return { eventsGone, slabKept, found, slabGone: await isCollected('slab') };
    }));

  test('its slot may be prepared anew: the former buffer is kept until the event', () =>
    holds(async ({ aio, fs, track, isKept, isCollected }, { reader, writer }) => {
      const ctx = new aio.aio_context_t();
      aio.io_setup(8, ctx);
      const fd = fs.openSync(reader, 'r');
      const slab = new aio.IocbSlab(2);
      const iocb = new aio.Iocb(slab, 1);
      const threads = new aio.SubmitThreads();
      const prepare = (name: string): void => {
        aio.io_prep_pread(iocb, fd, track(name, Buffer.alloc(70_000)), 1, 0);
      };
      prepare('first');
      threads.submit(ctx, [iocb]);
      prepare('second');
      prepare('third');
      const found = {
        firstKept: await isKept('first'),
        // Never submitted, but who can tell which it was that is in flight.
        secondKept: await isKept('second'),
        firstGone: true,
        secondGone: true,
        thirdKept: true,
      };
      fs.writeSync(fs.openSync(writer, 'w'), 'x');
      aio.io_getevents(ctx, 1, 1, new aio.IoEventArray(1), null);
      prepare('fourth');
      prepare('fifth');
      found.firstGone = await isCollected('first');
      found.secondGone = (await isCollected('second')) && (await isCollected('fourth'));
      found.thirdKept = await isKept('fifth');
      slab.clear(1);
      return { ...found, clearedGone: await isCollected('fifth') };
    }));

  test('what is kept for the users of the typed arrays is kept likewise', () =>
    holds(async ({ aio, fs, track, isKept, isCollected }, { reader, writer }) => {
      const ctx = new aio.aio_context_t();
      aio.io_setup(8, ctx);
      const slab = new aio.IocbSlab(4);
      const threads = new aio.SubmitThreads();
      (() => {
        const buffer = Buffer.alloc(80_000);
        const { size, aio_fildes, aio_buf, aio_nbytes } = aio.layout.iocb;
        slab.u32[(3 * size + aio_fildes) / 4] = fs.openSync(reader, 'r');
        slab.u64[(3 * size + aio_buf) / 8] = BigInt(aio.addressOf(buffer));
        slab.u64[(3 * size + aio_nbytes) / 8] = 1n;
        slab.keep(3, track('owner', { buffer }));
      })();
      threads.submit(ctx, slab, Uint32Array.of(3));
      slab.keep(3, null);
      const kept = await isKept('owner');
      fs.writeSync(fs.openSync(writer, 'w'), 'x');
      aio.io_getevents(ctx, 1, 1, new aio.IoEventArray(1), null);
      slab.keep(3, null);
      return { kept, gone: await isCollected('owner') };
    }));

  test('iocbs that an array makes when it is asked for them are kept with the others', () =>
    holds(async ({ aio, fs, track, isKept, isCollected }, { reader }) => {
      const ctx = new aio.aio_context_t();
      aio.io_setup(3, ctx);
      const fd = fs.openSync(reader, 'r');
      const iocbs: InstanceType<typeof aio.Iocb>[] = [];
      for (const index of [0, 1, 2]) {
        Object.defineProperty(iocbs, index, {
          get: () => {
            // Nobody but io_submit itself has those before it by now.
            (globalThis as { gc?: () => void }).gc!();
            const iocb = new aio.Iocb(track(`slab ${index}`, new aio.IocbSlab(1)));
            aio.io_prep_poll(iocb, fd, aio.POLLIN);
            return iocb;
          },
        });
      }
      const all = aio.io_submit(ctx, 3, iocbs) === 3;
      const firstKept = await isKept('slab 0');
      const secondKept = await isKept('slab 1');
      aio.io_destroy(ctx);
      const firstGone = await isCollected('slab 0');
      return { all, firstKept, secondKept, firstGone, lastGone: await isCollected('slab 2') };
    }));

  test('a slab that has been collected is not there, though its finalizer is still to come', () =>
    holds(({ aio, native, fs }, { reader }) => {
      const { serial = 0 } = native.ioSetup(4, 0n);
      const threads = new native.SubmitThreads(1, 2000, undefined);
      const { aio_fildes, aio_buf, aio_lio_opcode } = aio.layout.iocb;
      const id = (() => {
        const slab = native.createSlab({}, 1);
        const iocb = new DataView(slab.iocbs);
        iocb.setUint16(aio_lio_opcode, aio.IOCB_CMD_POLL, true);
        iocb.setUint32(aio_fildes, fs.openSync(reader, 'r'), true);
        iocb.setBigUint64(aio_buf, BigInt(aio.POLLIN), true);
        return slab.id;
      })();
      (globalThis as { gc?: () => void }).gc!();
      const isRefused = (submit: () => number): boolean => {
        try {
          submit();
          return false;
        } catch (error) {
          return (error as Error).message === 'no such slab';
        }
      };
      const slots = Uint32Array.of(0);
      const found = {
        pairs: native.ioSubmitPairs(serial, 1, Uint32Array.of(id, 0)) === -14, // EFAULT
        slots: isRefused(() => native.ioSubmitSlots(serial, 1, id, slots)),
        threads: isRefused(() => threads.submit(serial, id, slots, 1, false)),
      };
      native.ioDestroy(serial);
      return found;
    }));

  test('io_destroy releases what it had, since the kernel is done with it then', () =>
    holds(async ({ aio, fs, track, isKept, isCollected }, { reader }) => {
      const ctx = new aio.aio_context_t();
      aio.io_setup(8, ctx);
      const threads = new aio.SubmitThreads({ threads: 1 });
      (() => {
        const fd = fs.openSync(reader, 'r');
        const slab = track('slab', new aio.IocbSlab(3));
        for (const slot of [0, 1]) {
          const buffer = track(`buffer ${slot}`, Buffer.alloc(90_000));
          aio.io_prep_pread(new aio.Iocb(slab, slot), fd, buffer, 1, 0);
        }
        aio.io_prep_poll(new aio.Iocb(slab, 2), fd, aio.POLLIN);
        threads.submit(ctx, slab, Uint32Array.of(0, 1));
        aio.io_submit(ctx, 1, slab, Uint32Array.of(2));
      })();
      const runningKept = await isKept('buffer 0');
      const queuedKept = await isKept('buffer 1');
      aio.io_destroy(ctx);
      return {
        runningKept,
        queuedKept,
        runningGone: await isCollected('buffer 0'),
        queuedGone: await isCollected('buffer 1'),
        slabGone: await isCollected('slab'),
      };
    }));

  test('a slab in two contexts is kept until both are done', () =>
    holds(async ({ aio, fs, track, isKept, isCollected }, { reader }) => {
      const fd = fs.openSync(reader, 'r');
      const ctxs = [0, 1].map(() => {
        const ctx = new aio.aio_context_t();
        aio.io_setup(1, ctx);
        return ctx;
      });
      (() => {
        const iocb = new aio.Iocb(track('slab', new aio.IocbSlab(1)));
        aio.io_prep_poll(iocb, fd, aio.POLLIN);
        for (const ctx of ctxs) aio.io_submit(ctx, 1, [iocb]);
      })();
      const found: Record<string, boolean> = {};
      found.both = await isKept('slab');
      const [one, other] = ctxs;
      if (one) aio.io_destroy(one);
      found.one = await isKept('slab');
      if (other) aio.io_destroy(other);
      found.gone = await isCollected('slab');
      return found;
    }));
});

describe('what submit threads give back', () => {
  test('is released: refused, withdrawn or cancelled by closing', () =>
    holds(async ({ aio, fs, nextTurn, track, isKept, isCollected }, { reader, writer }) => {
      const ctx = new aio.aio_context_t();
      aio.io_setup(8, ctx);
      const fd = fs.openSync(reader, 'r');
      const threads = new aio.SubmitThreads({ threads: 1 });
      const events = new aio.IoEventArray(8);
      const submit = (name: string, file: number): WeakRef<InstanceType<typeof aio.IocbSlab>> => {
        const slab = new aio.IocbSlab(1);
        const iocb = new aio.Iocb(slab);
        aio.io_prep_pread(iocb, file, track(name, Buffer.alloc(60_000)), 1, 0);
        threads.submit(ctx, [iocb]);
        return new WeakRef(slab);
      };
      submit('refused', -1);
      while (threads.queued + threads.running > 0) await nextTurn();
      const refusedKept = await isKept('refused');
      threads.refused(events);
      const refusedGone = await isCollected('refused');

      submit('running', fd);
      while (threads.running === 0) await nextTurn();
      const withdrawn = submit('withdrawn', fd);
      const withdrawnKept = await isKept('withdrawn');
      (() => {
        const slab = withdrawn.deref();
        if (slab !== undefined) threads.withdraw(ctx, slab, 0);
      })();
      const withdrawnGone = await isCollected('withdrawn');

      submit('cancelled', fd);
      threads.close();
      const cancelledKept = await isKept('cancelled');
      threads.refused(events);
      const cancelledGone = await isCollected('cancelled');

      const runningKept = await isKept('running');
      fs.writeSync(fs.openSync(writer, 'w'), 'x');
      aio.io_getevents(ctx, 1, 1, events, null);
      return {
        refusedKept,
        refusedGone,
        withdrawnKept,
        withdrawnGone,
        cancelledKept,
        cancelledGone,
        runningKept,
        runningGone: await isCollected('running'),
      };
    }));
});

describe('vectors', () => {
  test('keep a buffer that was replaced in flight until the event', () =>
    holds(async ({ aio, fs, track, isKept, isCollected }, { reader, writer }) => {
      const ctx = new aio.aio_context_t();
      aio.io_setup(8, ctx);
      const iocb = new aio.Iocb();
      const vectors = new aio.IoVecArray(2);
      const threads = new aio.SubmitThreads();
      const name = (index: number, buffer: string): void => {
        vectors.at(index).iov_base = track(buffer, Buffer.alloc(50_000));
        vectors.at(index).iov_len = 1;
      };
      name(0, 'first');
      name(1, 'other');
      aio.io_prep_preadv(iocb, fs.openSync(reader, 'r'), vectors, 2, 0);
      threads.submit(ctx, [iocb]);
      name(0, 'second');
      name(0, 'third');
      const firstKept = await isKept('first');
      const otherKept = await isKept('other');
      fs.writeSync(fs.openSync(writer, 'w'), 'xy');
      aio.io_getevents(ctx, 1, 1, new aio.IoEventArray(1), null);
      name(0, 'fourth');
      return {
        firstKept,
        otherKept,
        firstGone: await isCollected('first'),
        secondGone: await isCollected('second'),
        fourthKept: await isKept('fourth'),
        otherStillKept: await isKept('other'),
      };
    }));

  test('keep a buffer that they were given between preparation and submission', () =>
    holds(async ({ aio, fs, track, isKept, isCollected }, { reader, writer }) => {
      const ctx = new aio.aio_context_t();
      aio.io_setup(8, ctx);
      const [iocb, other] = [new aio.Iocb(), new aio.Iocb()];
      const vectors = new aio.IoVecArray([Buffer.alloc(1)]);
      const threads = new aio.SubmitThreads();
      const fd = fs.openSync(reader, 'r');
      aio.io_prep_preadv(iocb, fd, vectors, 1, 0);
      aio.io_prep_preadv(other, fd, vectors, 1, 0); // not submitted at all
      vectors.at(0).iov_base = track('submitted', Buffer.alloc(50_000));
      threads.submit(ctx, [iocb]);
      vectors.at(0).iov_base = Buffer.alloc(1);
      const kept = await isKept('submitted');
      fs.writeSync(fs.openSync(writer, 'w'), 'x');
      aio.io_getevents(ctx, 1, 1, new aio.IoEventArray(1), null);
      vectors.at(0).iov_base = null;
      return { kept, gone: await isCollected('submitted') };
    }));

  test('keep a buffer of an iocb that is submitted again as it is', () =>
    holds(async ({ aio, fs, nextTurn, track, isKept, isCollected }, { reader, writer }) => {
      const ctx = new aio.aio_context_t();
      aio.io_setup(8, ctx);
      const iocb = new aio.Iocb();
      const vectors = new aio.IoVecArray([Buffer.alloc(1)]);
      const threads = new aio.SubmitThreads();
      const fd = fs.openSync(writer, 'w');
      const complete = (): void => {
        fs.writeSync(fd, 'x');
        aio.io_getevents(ctx, 1, 1, new aio.IoEventArray(1), null);
      };
      aio.io_prep_preadv(iocb, fs.openSync(reader, 'r'), vectors, 1, 0);
      threads.submit(ctx, [iocb]);
      complete();
      while (threads.running > 0) await nextTurn();
      vectors.at(0).iov_base = track('again', Buffer.alloc(50_000));
      threads.submit(ctx, [iocb]);
      vectors.at(0).iov_base = null;
      const kept = await isKept('again');
      complete();
      vectors.at(0).iov_base = null;
      return { kept, gone: await isCollected('again') };
    }));

  test('are kept themselves while a thread has yet to submit what names them', () =>
    holds(async ({ aio, fs, nextTurn, track, isKept, isCollected }, { reader, writer }) => {
      const ctx = new aio.aio_context_t();
      aio.io_setup(8, ctx);
      const fd = fs.openSync(reader, 'r');
      const threads = new aio.SubmitThreads({ threads: 1 });
      const first = new aio.Iocb();
      aio.io_prep_pread(first, fd, Buffer.alloc(1), 1, 0);
      threads.submit(ctx, [first]);
      while (threads.running === 0) await nextTurn();
      const buffer = Buffer.alloc(3000);
      (() => {
        const pieces = Array.from({ length: 1000 }, (_, i) => buffer.subarray(3 * i, 3 * i + 3));
        const iocb = new aio.Iocb();
        aio.io_prep_preadv(iocb, fd, track('vectors', new aio.IoVecArray(pieces)), 1000, 0);
        threads.submit(ctx, [iocb]);
        // Nobody refers to them any more, and the slot names other memory.
        aio.io_prep_fsync(iocb, fd);
      })();
      const kept = await isKept('vectors');
      // Would overwrite them, had they been freed.
      const noise = Array.from({ length: 200 }, () => aio.allocAligned(16_000, 16).fill(0xff));
      const sent = Buffer.from(Array.from({ length: 3000 }, (_, i) => i % 251));
      const end = fs.openSync(writer, 'w');
      fs.writeSync(end, 'x');
      const events = new aio.IoEventArray(1);
      aio.io_getevents(ctx, 1, 1, events, null);
      fs.writeSync(end, sent);
      aio.io_getevents(ctx, 1, 1, events, null);
      return {
        kept,
        noisy: noise.length === 200,
        complete: Number(events.at(0).res) === 3000 && buffer.equals(sent),
        gone: await isCollected('vectors'),
      };
    }));

  test('do not keep the slabs that have used them', () =>
    holds(async ({ aio, track, isCollected }) => {
      const vectors = new aio.IoVecArray([Buffer.alloc(1)]);
      (() => {
        for (let i = 0; i < 300; i++) {
          const iocb = new aio.Iocb();
          track(`slab ${i}`, iocb.slab);
          aio.io_prep_preadv(iocb, 0, vectors, 1, 0);
        }
      })();
      const first = await isCollected('slab 0');
      return { first, last: await isCollected('slab 299'), length: vectors.length === 1 };
    }));
});

describe('direct reads', () => {
  test('keep their buffers, all of them, until their events have been collected', async () => {
    using file = tempFile(Buffer.alloc(1 << 20, 'direct'));
    using direct = file.reopen(O_RDONLY | O_DIRECT);
    const found = await collecting(
      async ({ aio, fs, track, isCollected, isKept }, [path, flags]) => {
        const fd = fs.openSync(path, flags);
        const ctx = new aio.aio_context_t();
        aio.io_setup(256, ctx);
        const weak: WeakRef<Buffer>[] = [];
        (() => {
          const slab = new aio.IocbSlab(256);
          for (let slot = 0; slot < 256; slot++) {
            const buffer = track(`buffer ${slot}`, aio.allocAligned(4096));
            aio.io_prep_pread(new aio.Iocb(slab, slot), fd, buffer, 4096, slot * 4096);
            weak.push(new WeakRef(buffer));
          }
          const slots = Uint32Array.from({ length: 256 }, (_, slot) => slot);
          if (aio.io_submit(ctx, 256, slab, slots) !== 256) throw new Error('not all submitted');
        })();
        const kept = (await isKept('buffer 0')) && (await isKept('buffer 255'));
        const events = aio.io_getevents(ctx, 256, 256, new aio.IoEventArray(256), null);
        const right = Buffer.concat(weak.map((ref) => ref.deref() ?? Buffer.alloc(0))).equals(
          Buffer.alloc(1 << 20, 'direct'),
        );
        const gone = (await isCollected('buffer 0')) && (await isCollected('buffer 255'));
        return { kept, events, right, gone };
      },
      [`/proc/${process.pid}/fd/${direct.fd}`, O_RDONLY | O_DIRECT] as const,
    );
    expect(found).toEqual({ kept: true, events: 256, right: true, gone: true });
  });
});

describe('nothing is held for ever', () => {
  /** All that is made in these is many times as much. The tools that watch memory keep what is freed. */
  const LITTLE = process.env.AIO_INSTRUMENT === undefined ? 30 << 20 : Number.MAX_VALUE;

  test('slabs, event arrays, vectors, buffers, watchers and threads by the thousand, made and dropped', async () => {
    // A heap has all its gaps only after as much as a full run makes.
    const little = rounds(LITTLE, Number.MAX_VALUE);
    const grown = await resultInChild(
      async ({ aio, fs, collectGarbageUntil, nextTurn }, [times, limit]) => {
        const make = (round: number): void => {
          const iocb = new aio.Iocb(new aio.IocbSlab(64), 3);
          const vectors = new aio.IoVecArray([aio.allocAligned(4096)]);
          aio.io_prep_preadv(iocb, 0, vectors, 1, 0);
          new aio.IoEventArray(128);
          new aio.SubmitThreads();
          if (round % 10 !== 0) return;
          // One in ten: each is a descriptor until the loop has turned,
          new aio.EventWatcher(() => undefined).close();
          // or a function of the addon's, of which a heap has all its gaps only after 100,000.
          new aio.TimedRead();
        };
        const makeMany = async (count: number): Promise<void> => {
          for (let round = 0; round < count; round++) {
            make(round);
            if (round % 500 === 0) await nextTurn();
          }
        };
        const descriptors = fs.readdirSync('/proc/self/fd').length;
        const { external } = process.memoryUsage();
        const settle = (): Promise<boolean> =>
          collectGarbageUntil(() => process.memoryUsage().external < external + (1 << 20));
        await makeMany(times); // as much as a heap with gaps ever needs
        await settle();
        const { rss } = process.memoryUsage();
        await makeMany(times);
        const settled = await settle();
        let more = NaN;
        await collectGarbageUntil(() => (more = process.memoryUsage.rss() - rss) < limit);
        await nextTurn(); // in which the last descriptors are closed
        const open = fs.readdirSync('/proc/self/fd').length;
        return { settled, rss: more, descriptors: open - descriptors };
      },
      [rounds(10_000, 1500), little] as const,
      { flags: ['--expose-gc'] },
    );
    expect(grown).toMatchObject({ settled: true, descriptors: 0 });
    expect(grown.rss).toBeLessThan(little);
  });

  test('20,000 operations with slabs of their own, in one context', async () => {
    using file = tempFile(4096);
    const grown = await resultInChild(
      async ({ aio, fs, collectGarbageUntil, nextTurn }, [path, before, limit]) => {
        const fd = fs.openSync(path, 'r');
        const ctx = new aio.aio_context_t();
        aio.io_setup(1, ctx);
        const events = new aio.IoEventArray(1);
        const operate = async (count: number): Promise<void> => {
          for (let round = 0; round < count; round++) {
            const iocb = new aio.Iocb(new aio.IocbSlab(16));
            aio.io_prep_pread(iocb, fd, Buffer.alloc(64), 64, 0);
            aio.io_submit(ctx, 1, [iocb]);
            aio.io_getevents(ctx, 1, 1, events, null);
            if (round % 1000 === 0) await nextTurn();
          }
        };
        const { external } = process.memoryUsage();
        const settle = (): Promise<boolean> =>
          collectGarbageUntil(() => process.memoryUsage().external < external + (1 << 20));
        await operate(before);
        await settle();
        const { rss } = process.memoryUsage();
        await operate(20_000);
        const settled = await settle();
        let more = NaN;
        await collectGarbageUntil(() => (more = process.memoryUsage.rss() - rss) < limit);
        return { settled, rss: more };
      },
      [`/proc/${process.pid}/fd/${file.fd}`, rounds(20_000, 5000), LITTLE] as const,
      { flags: ['--expose-gc'] },
    );
    expect(grown.settled).toBe(true);
    expect(grown.rss).toBeLessThan(LITTLE);
  });

  test('contexts, once they are destroyed: their rings are unmapped', async () => {
    const rings = await collecting(({ aio, fs }) => {
      const count = (): number =>
        fs.readFileSync('/proc/self/maps', 'utf8').split('/[aio]').length - 1;
      const before = count();
      const ctxs = Array.from({ length: 10 }, () => {
        const ctx = new aio.aio_context_t();
        aio.io_setup(100, ctx);
        return ctx;
      });
      const during = count();
      for (const ctx of ctxs) aio.io_destroy(ctx);
      return { during: during - before, after: count() - before };
    }, null);
    expect(rings).toEqual({ during: 10, after: 0 });
  });
});
