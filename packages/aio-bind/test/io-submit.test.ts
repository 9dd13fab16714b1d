// io_submit(2): what it checks, and what it does with the rest after one that it refuses.
import { describe, expect, test } from 'vitest';
import {
  IOCB_CMD_NOOP,
  IoEventArray,
  IoVecArray,
  Iocb,
  IocbSlab,
  POLLIN,
  POLLOUT,
  aio_context_t,
  aio_ring,
  allocAligned,
  io_getevents,
  io_getevents_ring,
  io_prep_fsync,
  io_prep_poll,
  io_prep_pread,
  io_prep_preadv,
  io_prep_pwrite,
  io_prep_pwritev,
  io_submit,
} from '../src/index.js';
import { Context, failure, minus } from './context.js';
import { O_DIRECT, O_RDONLY, O_RDWR, O_WRONLY, Pipe, tempFile } from './temp-file.js';

const refused = (code: Parameters<typeof failure>[0]): unknown => failure(code, 'io_submit');

/** A poll that completes in io_submit: a regular file is always ready. */
const readyPoll = (fd: number): Iocb => {
  const iocb = new Iocb();
  io_prep_poll(iocb, fd, POLLOUT);
  return iocb;
};

describe('io_submit: context and array', () => {
  test.for([
    ['0', 0n],
    ['-1', 2n ** 64n - 1n],
    ['an invented one', 0x12345678n],
  ] as const)('context %s gives EINVAL', ([, value]) => {
    const ctx = new aio_context_t(value);
    expect(() => io_submit(ctx, 1, [new Iocb()])).toThrow(refused('EINVAL'));
    expect(() => io_submit(ctx, 0, [])).toThrow(refused('EINVAL'));
    expect(() => io_submit(ctx, 1, new IocbSlab(1), Uint32Array.of(0))).toThrow(refused('EINVAL'));
  });

  test('nr -1 gives EINVAL, nr 0 gives 0', () => {
    using context = new Context();
    const { ctx } = context;
    const slab = new IocbSlab(1);
    expect(() => io_submit(ctx, -1, [new Iocb()])).toThrow(refused('EINVAL'));
    expect(() => io_submit(ctx, -1, slab, Uint32Array.of(0))).toThrow(refused('EINVAL'));
    expect(io_submit(ctx, 0, [new Iocb()])).toBe(0);
    expect(io_submit(ctx, 0, null)).toBe(0);
    expect(io_submit(ctx, 0, slab, Uint32Array.of(0))).toBe(0);
  });

  test('a null array gives EFAULT', () => {
    using context = new Context();
    expect(() => io_submit(context.ctx, 1, null)).toThrow(refused('EFAULT'));
  });

  test('[null, good] gives EFAULT, and the good one does not go; of [good, null] one goes', () => {
    using context = new Context();
    using file = tempFile();
    const good = readyPoll(file.fd);
    expect(() => io_submit(context.ctx, 2, [null, good])).toThrow(refused('EFAULT'));
    expect(context.take()).toEqual([]);
    expect(io_submit(context.ctx, 2, [good, null])).toBe(1);
    expect(context.wait(1)).toMatchObject([{ obj: BigInt(good.address) }]);
  });

  test('an event carries aio_data, the address of the iocb, the result and 0', () => {
    using context = new Context();
    using file = tempFile(512);
    const iocb = new Iocb();
    io_prep_pread(iocb, file.fd, Buffer.alloc(512), 512, 0);
    iocb.aio_data = 0xfedcba9876543210n;
    expect(context.submit(iocb)).toBe(1);
    const obj = BigInt(iocb.address);
    expect(context.wait(1)).toEqual([{ data: 0xfedcba9876543210n, obj, res: 512, res2: 0 }]);
  });

  test.for(['views', 'slots'])(
    'of [good, EBADF, good] as %s one is accepted, with one event; the rest gives EBADF, then 1',
    (how) => {
      using context = new Context();
      using file = tempFile(512);
      const slab = new IocbSlab(3);
      const iocbs = [file.fd, -1, file.fd].map((fd, slot) => {
        const iocb = new Iocb(slab, slot);
        io_prep_pread(iocb, fd, Buffer.alloc(512), 512, 0);
        iocb.aio_data = slot;
        return iocb;
      });
      const submitFrom = (first: number): number =>
        how === 'views'
          ? io_submit(context.ctx, 3 - first, iocbs.slice(first))
          : io_submit(context.ctx, 3 - first, slab, Uint32Array.of(0, 1, 2).subarray(first));
      expect(submitFrom(0)).toBe(1);
      expect(slab.inFlight()).toBe(1);
      expect(context.wait(1)).toMatchObject([{ data: 0n, res: 512 }]);
      expect(context.take()).toEqual([]);
      expect(() => submitFrom(1)).toThrow(refused('EBADF'));
      expect(slab.inFlight()).toBe(0);
      expect(submitFrom(2)).toBe(1);
      expect(context.wait(1)).toMatchObject([{ data: 2n, res: 512 }]);
      expect(context.take()).toEqual([]);
    },
  );
});

describe('io_submit: fields', () => {
  test('descriptor -1 gives EBADF, whatever the operation', () => {
    using context = new Context();
    const iocb = new Iocb();
    io_prep_pread(iocb, -1, Buffer.alloc(1), 1, 0);
    expect(() => context.submit(iocb)).toThrow(refused('EBADF'));
    io_prep_pwrite(iocb, -1, Buffer.alloc(1), 1, 0);
    expect(() => context.submit(iocb)).toThrow(refused('EBADF'));
    io_prep_fsync(iocb, -1);
    expect(() => context.submit(iocb)).toThrow(refused('EBADF'));
    io_prep_poll(iocb, -1, POLLIN);
    expect(() => context.submit(iocb)).toThrow(refused('EBADF'));
  });

  test('a write on a read-only and a read on a write-only descriptor give EBADF', () => {
    using context = new Context();
    using file = tempFile(512);
    using readable = file.reopen(O_RDONLY);
    using writable = file.reopen(O_WRONLY);
    const iocb = new Iocb();
    io_prep_pwrite(iocb, readable.fd, Buffer.alloc(512), 512, 0);
    expect(() => context.submit(iocb)).toThrow(refused('EBADF'));
    io_prep_pread(iocb, writable.fd, Buffer.alloc(512), 512, 0);
    expect(() => context.submit(iocb)).toThrow(refused('EBADF'));
  });

  test.for([
    ['PREADX', 4],
    ['NOOP', IOCB_CMD_NOOP],
    ['9', 9],
    ['65535', 65535],
  ] as const)('opcode %s gives EINVAL', ([, opcode]) => {
    using context = new Context();
    using file = tempFile(512);
    const iocb = new Iocb();
    io_prep_pread(iocb, file.fd, Buffer.alloc(512), 512, 0);
    iocb.aio_lio_opcode = opcode;
    expect(() => context.submit(iocb)).toThrow(refused('EINVAL'));
  });

  test('a reserved field that is set gives EINVAL', () => {
    using context = new Context();
    using file = tempFile(512);
    const iocb = new Iocb();
    io_prep_pread(iocb, file.fd, Buffer.alloc(512), 512, 0);
    iocb.aio_reserved2 = 1;
    expect(() => context.submit(iocb)).toThrow(refused('EINVAL'));
  });

  test('offset -1 gives EINVAL at submission', () => {
    using context = new Context();
    using file = tempFile(512);
    const iocb = new Iocb();
    io_prep_pread(iocb, file.fd, Buffer.alloc(512), 512, -1);
    expect(() => context.submit(iocb)).toThrow(refused('EINVAL'));
    io_prep_pwrite(iocb, file.fd, Buffer.alloc(512), 512, -1n);
    expect(() => context.submit(iocb)).toThrow(refused('EINVAL'));
  });

  test('1024 iovecs are read into, 1025 give EINVAL', () => {
    using context = new Context();
    using file = tempFile(Buffer.alloc(1025, 'v'));
    const bytes = Buffer.alloc(1025, '-');
    const vectors = new IoVecArray(
      Array.from(bytes, (_, index) => bytes.subarray(index, index + 1)),
    );
    const iocb = new Iocb();
    io_prep_preadv(iocb, file.fd, vectors, 1025, 0);
    expect(() => context.submit(iocb)).toThrow(refused('EINVAL'));
    io_prep_pwritev(iocb, file.fd, vectors, 1025, 0);
    expect(() => context.submit(iocb)).toThrow(refused('EINVAL'));
    io_prep_preadv(iocb, file.fd, vectors, 1024, 0);
    expect(context.run(iocb)).toBe(1024);
    expect(bytes.toString()).toBe(`${'v'.repeat(1024)}-`);
  });

  test('an address that is not mapped gives EFAULT, at submission or as the result', () => {
    using context = new Context();
    using file = tempFile(4096);
    using direct = file.reopen(O_RDWR | O_DIRECT);
    const iocb = new Iocb();
    for (const { fd } of [file, direct]) {
      // Address 0 is mapped for nobody (sysctl vm.mmap_min_addr).
      io_prep_pread(iocb, fd, 0n, 4096, 0);
      expect(context.run(iocb)).toBe(minus('EFAULT'));
      io_prep_pwrite(iocb, fd, 0n, 4096, 0);
      expect(context.run(iocb)).toBe(minus('EFAULT'));
      // The kernel's half of all addresses is refused before anything is started.
      io_prep_pread(iocb, fd, 2n ** 64n - 4096n, 4096, 0);
      expect(() => context.submit(iocb)).toThrow(refused('EFAULT'));
    }
  });
});

describe('io_submit: in flight', () => {
  const BYTES = 1 << 20;

  test('overwriting iocb and iovecs after io_submit has no effect on what is in flight', () => {
    using context = new Context();
    using file = tempFile(Buffer.alloc(2 * BYTES, 'c'));
    using direct = file.reopen(O_RDONLY | O_DIRECT);
    using pipe = new Pipe();
    const buffer = allocAligned(2 * BYTES);
    const vectors = new IoVecArray([buffer.subarray(0, BYTES), buffer.subarray(BYTES)]);
    const slab = new IocbSlab(2);
    const [read, poll] = [new Iocb(slab, 0), new Iocb(slab, 1)];
    io_prep_preadv(read, direct.fd, vectors, 2, 0);
    read.aio_data = 1;
    io_prep_poll(poll, pipe.readEnd.fd, POLLIN);
    poll.aio_data = 2;
    expect(context.submit(read, poll)).toBe(2);
    for (const index of [0, 1]) {
      vectors.setBase(index, 2n ** 64n - 1n);
      vectors.setLen(index, 2n ** 64n - 1n);
    }
    slab.u32.fill(0xffffffff);
    const obj = BigInt(slab.address);
    expect(context.wait(1)).toEqual([{ data: 1n, obj, res: 2 * BYTES, res2: 0 }]);
    expect(buffer.equals(Buffer.alloc(2 * BYTES, 'c'))).toBe(true);
    pipe.fill();
    expect(context.wait(1)).toMatchObject([{ data: 2n, obj: obj + 64n }]);
  });

  test('closing the descriptor of an operation in flight lets it complete normally', () => {
    using context = new Context();
    using file = tempFile(Buffer.alloc(BYTES, 'c'));
    using direct = file.reopen(O_RDONLY | O_DIRECT);
    const buffer = allocAligned(BYTES);
    const iocb = new Iocb();
    io_prep_pread(iocb, direct.fd, buffer, BYTES, 0);
    expect(context.submit(iocb)).toBe(1);
    direct.close();
    expect(context.wait(1)).toMatchObject([{ res: BYTES }]);
    expect(buffer.equals(Buffer.alloc(BYTES, 'c'))).toBe(true);
  });

  test('a poll in flight survives the close of its descriptor', () => {
    using context = new Context();
    using pipe = new Pipe();
    const iocb = new Iocb();
    io_prep_poll(iocb, pipe.readEnd.fd, POLLIN);
    expect(context.submit(iocb)).toBe(1);
    pipe.readEnd.close();
    pipe.fill();
    expect(Number(context.wait(1)[0]?.res) & POLLIN).toBe(POLLIN);
  });

  test.for(['buffered', 'direct'])('eight %s operations of 1 MiB in one submit are full', (how) => {
    using context = new Context();
    using file = tempFile(8 * BYTES);
    using fd = file.reopen(how === 'direct' ? O_RDWR | O_DIRECT : O_RDWR);
    const source = allocAligned(8 * BYTES);
    for (let i = 0; i < 8; i++) source.fill(i + 1, i * BYTES, (i + 1) * BYTES);
    const target = allocAligned(8 * BYTES);
    for (const [prepare, memory] of [
      [io_prep_pwrite, source],
      [io_prep_pread, target],
    ] as const) {
      const iocbs = Array.from({ length: 8 }, (_, i) => {
        const iocb = new Iocb();
        prepare(iocb, fd.fd, memory.subarray(i * BYTES, (i + 1) * BYTES), BYTES, i * BYTES);
        return iocb;
      });
      expect(context.submit(...iocbs)).toBe(8);
      expect(context.wait(8).map(({ res }) => res)).toEqual(new Array(8).fill(BYTES));
    }
    expect(target.equals(source)).toBe(true);
  });
});

describe('io_submit: room', () => {
  test.for([
    ['ring-1', (slots: number) => slots - 1],
    ['ring', (slots: number) => slots],
    ['ring+1', (slots: number) => slots + 1],
    ['2x', (slots: number) => 2 * slots],
    ['4x', (slots: number) => 4 * slots],
  ] as const)(
    '%s submissions complete, taken when there is EAGAIN, with either call',
    ([, totalOf]) => {
      using file = tempFile();
      const iocb = readyPoll(file.fd);
      for (const collect of [
        (ctx: aio_context_t, nr: number, events: IoEventArray) =>
          io_getevents(ctx, 0, nr, events, null),
        io_getevents_ring,
      ]) {
        using context = new Context(32);
        const slots = aio_ring(context.ctx)?.nr ?? 127;
        const events = new IoEventArray(slots);
        const total = totalOf(slots);
        let submitted = 0;
        for (let completed = 0; completed < total;) {
          while (submitted < total) {
            iocb.aio_data = submitted;
            try {
              submitted += context.submit(iocb);
            } catch (error) {
              expect(error).toEqual(refused('EAGAIN'));
              expect(submitted - completed).toBeGreaterThanOrEqual(32);
              break;
            }
          }
          const taken = collect(context.ctx, slots, events);
          expect(taken).toBe(submitted - completed);
          for (let i = 0; i < taken; i++) expect(events.at(i).data).toBe(BigInt(completed++));
        }
        expect(collect(context.ctx, slots, events)).toBe(0);
        expect(iocb.slab.inFlight()).toBe(0);
      }
    },
  );

  test('one call takes as many as there is room for, and says how many', () => {
    using context = new Context(1);
    using file = tempFile();
    const nr = aio_ring(context.ctx)?.nr ?? 127;
    const slab = new IocbSlab(1);
    io_prep_poll(new Iocb(slab, 0), file.fd, POLLOUT);
    const slots = new Uint32Array(nr);
    let accepted = io_submit(context.ctx, nr, slab, slots);
    expect(accepted).toBeGreaterThanOrEqual(1);
    expect(accepted).toBeLessThan(nr);
    expect(slab.inFlight(0)).toBe(accepted);
    // The kernel hands out room to a CPU by the batch, so on another there may be some left.
    expect(() => {
      for (;;) accepted += io_submit(context.ctx, 1, slab, slots);
    }).toThrow(refused('EAGAIN'));
    expect(io_getevents(context.ctx, 0, nr, new IoEventArray(nr), null)).toBe(accepted);
    expect(slab.inFlight(0)).toBe(0);
  });
});
