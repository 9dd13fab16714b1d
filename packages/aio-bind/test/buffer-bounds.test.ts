// The kernel must not reach beyond memory that JavaScript has handed over, whatever the iocb says.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  IOCB_CMD_FSYNC,
  IOCB_CMD_PREAD,
  IOCB_CMD_PREADV,
  IOCB_CMD_PWRITE,
  IOCB_CMD_PWRITEV,
  IoEventArray,
  IoVecArray,
  Iocb,
  IocbSlab,
  SubmitThreads,
  io_prep_pread,
  io_prep_preadv,
  io_submit,
  layout,
} from '../src/index.js';
import { Context } from './context.js';
import { outOfRange, wrong } from './support/refusals.js';
import { WasmMemory } from './support/wasm-memory.js';
import { type File, tempFile } from './temp-file.js';

const LENGTH = 65536;

let file: File;
let context: Context;
let threads: SubmitThreads;
beforeAll(() => {
  file = tempFile(Buffer.alloc(LENGTH, 0x77));
  context = new Context(64);
  threads = new SubmitThreads();
});
afterAll(() => {
  context[Symbol.dispose]();
  threads.close();
  file.close();
});

/** That neither io_submit nor submit threads take it, and nothing of it is in flight. */
function expectRefused(iocb: Iocb): void {
  expect(() => io_submit(context.ctx, 1, [iocb])).toThrow(outOfRange);
  expect(() => threads.submit(context.ctx, [iocb])).toThrow(outOfRange);
  expect(iocb.slab.inFlight()).toBe(0);
}

/** That both take it, with this result. */
function expectDone(iocb: Iocb, res: number): void {
  expect(context.run(iocb)).toBe(res);
  expect(threads.submit(context.ctx, [iocb])).toBe(1);
  expect(context.wait(1)).toMatchObject([{ res }]);
}

describe('a view', () => {
  test('is read into as far as it goes, and no byte further', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.nat({ max: 100 }),
        fc.integer({ min: -50, max: 50 }),
        (length, start, excess) => {
          const memory = Buffer.alloc(start + length + 100);
          const view = memory.subarray(start, start + length);
          const nbytes = Math.max(length + excess, 0);
          const iocb = new Iocb();
          io_prep_pread(iocb, file.fd, view, nbytes, 0);
          if (nbytes > length) expectRefused(iocb);
          else expectDone(iocb, nbytes);
          const read = nbytes > length ? 0 : nbytes;
          const expected = Buffer.alloc(memory.length).fill(0x77, start, start + read);
          expect(memory.equals(expected)).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });

  test.for([IOCB_CMD_PREAD, IOCB_CMD_PWRITE])('bounds opcode %d in bytes', (opcode) => {
    const iocb = new Iocb();
    io_prep_pread(iocb, file.fd, new Float64Array(4), 33, 0);
    iocb.aio_lio_opcode = opcode;
    expectRefused(iocb);
    iocb.aio_nbytes = 2n ** 64n - 1n;
    expectRefused(iocb);
  });

  test.for([IOCB_CMD_PREADV, IOCB_CMD_PWRITEV])('bounds opcode %d in iovecs', (opcode) => {
    const iocb = new Iocb();
    io_prep_pread(iocb, file.fd, Buffer.alloc(47), 3, 0);
    iocb.aio_lio_opcode = opcode;
    expectRefused(iocb);
    iocb.aio_nbytes = 2;
    expectDone(iocb, 0); // two iovecs of NULL and no length
  });

  test('that has been detached since is refused, but for nothing', () => {
    const view = Buffer.from(new ArrayBuffer(4096));
    const iocb = new Iocb();
    io_prep_pread(iocb, file.fd, view, 1, 0);
    structuredClone(view, { transfer: [view.buffer] });
    expect(view).toHaveLength(0);
    expectRefused(iocb);
    iocb.aio_nbytes = 0;
    expectDone(iocb, 0);
  });

  test('that has shrunk since is refused for more than is left', () => {
    // Resizable ArrayBuffers are newer than the types.
    const Resizable = ArrayBuffer as unknown as new (
      length: number,
      options: { maxByteLength: number },
    ) => ArrayBuffer & { resize(length: number): void };
    const memory = new Resizable(4096, { maxByteLength: 8192 });
    const iocb = new Iocb();
    io_prep_pread(iocb, file.fd, new Uint8Array(memory), 4096, 0);
    expectDone(iocb, 4096);
    memory.resize(100);
    expectRefused(iocb);
    iocb.aio_nbytes = 100;
    expectDone(iocb, 100);
  });

  test('of WebAssembly memory that has grown since is refused', () => {
    const memory = new WasmMemory({ initial: 1 });
    const iocb = new Iocb();
    io_prep_pread(iocb, file.fd, new Uint8Array(memory.buffer), 4096, 0);
    memory.grow(1);
    expectRefused(iocb);
  });

  test('does not bound what transfers nothing', () => {
    const iocb = new Iocb();
    io_prep_pread(iocb, file.fd, Buffer.alloc(1), 0, 0);
    iocb.aio_lio_opcode = IOCB_CMD_FSYNC;
    iocb.aio_nbytes = 2; // the kernel's to refuse
    expect(() => io_submit(context.ctx, 1, [iocb])).toThrow(
      expect.objectContaining({ code: 'EINVAL' }),
    );
  });

  test('no longer bounds a slot that was given another address', () => {
    const memory = Buffer.alloc(4096);
    const iocb = new Iocb();
    io_prep_pread(iocb, file.fd, memory, 1, 0);
    const address = iocb.aio_buf;
    io_prep_pread(iocb, file.fd, Buffer.alloc(1), 1, 0);
    iocb.aio_buf = address;
    iocb.aio_nbytes = 4096;
    expectDone(iocb, 4096);
    expect(memory.every((byte) => byte === 0x77)).toBe(true);
  });
});

describe('an ArrayBuffer, which only programs without types can pass,', () => {
  test('is bounded as a view of it', () => {
    const iocb = new Iocb();
    io_prep_pread(iocb, file.fd, wrong(new ArrayBuffer(100)), 101, 0);
    expectRefused(iocb);
    iocb.aio_nbytes = 100;
    expectDone(iocb, 100);
  });
});

describe('vectors', () => {
  const lengths = fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 10 });

  test('are read into as far as each goes, and no byte further', () => {
    fc.assert(
      fc.property(lengths, fc.nat(), fc.integer({ min: -3, max: 3 }), (sizes, pick, excess) => {
        const memory = sizes.map((length) => Buffer.alloc(length + 10));
        const vectors = new IoVecArray(memory.map((whole, i) => whole.subarray(0, sizes[i])));
        const index = pick % sizes.length;
        const length = sizes[index] ?? 0;
        vectors.setLen(index, Math.max(length + excess, 0));
        const iocb = new Iocb();
        io_prep_preadv(iocb, file.fd, vectors, sizes.length, 0);
        if (excess > 0) {
          expectRefused(iocb);
        } else {
          const total = sizes.reduce((sum, size) => sum + size, 0);
          expectDone(iocb, total - length + Number(vectors.len(index)));
        }
        memory.forEach((whole, i) => {
          expect(whole.subarray(sizes[i]).equals(Buffer.alloc(10))).toBe(true);
        });
      }),
      { numRuns: 50 },
    );
  });

  test('may be used in part: what is wrong with the rest does not matter', () => {
    const vectors = new IoVecArray([Buffer.alloc(10), Buffer.alloc(10)]);
    vectors.setLen(1, 11);
    const iocb = new Iocb();
    io_prep_preadv(iocb, file.fd, vectors, 1, 0);
    expectDone(iocb, 10);
    iocb.aio_nbytes = 2;
    expectRefused(iocb);
  });

  test('are no more than there are', () => {
    const iocb = new Iocb();
    io_prep_preadv(iocb, file.fd, new IoVecArray(2), 3, 0);
    expectRefused(iocb);
    iocb.aio_nbytes = 2n ** 64n - 1n;
    expectRefused(iocb);
  });

  test('that name a view which has been detached since are refused', () => {
    const view = new Uint8Array(100);
    const vectors = new IoVecArray([Buffer.alloc(1), view]);
    const iocb = new Iocb();
    io_prep_preadv(iocb, file.fd, vectors, 2, 0);
    structuredClone(view, { transfer: [view.buffer] });
    expectRefused(iocb);
    iocb.aio_nbytes = 1;
    expectDone(iocb, 1);
  });

  test('that took a shorter view with the length of the former are refused', () => {
    const vectors = new IoVecArray([Buffer.alloc(100)]);
    vectors.at(0).iov_base = Buffer.alloc(99);
    const iocb = new Iocb();
    io_prep_preadv(iocb, file.fd, vectors, 1, 0);
    expectRefused(iocb);
  });

  test('are memory of their own size to an opcode that takes no vectors', () => {
    const vectors = new IoVecArray(3);
    const iocb = new Iocb();
    io_prep_pread(iocb, file.fd, wrong(vectors), 3 * layout.iovec.size + 1, 0);
    expectRefused(iocb);
    iocb.aio_nbytes = 3 * layout.iovec.size;
    expectDone(iocb, 3 * layout.iovec.size);
  });
});

describe('io_submit', () => {
  test('submits nothing where any iocb of a batch reaches too far', () => {
    const slab = new IocbSlab(3);
    const iocbs = [0, 1, 2].map((slot) => new Iocb(slab, slot));
    const buffers = iocbs.map((iocb) => {
      const buffer = Buffer.alloc(16);
      io_prep_pread(iocb, file.fd, buffer, 16, 0);
      return buffer;
    });
    new Iocb(slab, 2).aio_nbytes = 17;
    expect(() => io_submit(context.ctx, 3, iocbs)).toThrow('"iocbpp[2].aio_nbytes"');
    expect(slab.inFlight()).toBe(0);
    expect(context.take()).toEqual([]);
    expect(Buffer.concat(buffers).every((byte) => byte === 0)).toBe(true);
    expect(io_submit(context.ctx, 2, iocbs)).toBe(2);
    context.wait(2);
  });

  test.for([-1, 2, 2 ** 32 - 1])('refuses slot %d of a slab of 2', (slot) => {
    const slab = new IocbSlab(2);
    const slots = new Uint32Array([0, slot]);
    expect(() => io_submit(context.ctx, 2, slab, slots)).toThrow(outOfRange);
    expect(() => threads.submit(context.ctx, slab, slots)).toThrow(outOfRange);
    expect(slab.inFlight()).toBe(0);
    expect(context.take()).toEqual([]);
  });

  test('takes slot numbers as they were, though another thread may change them meanwhile', () => {
    const slab = new IocbSlab(1);
    io_prep_pread(new Iocb(slab, 0), file.fd, Buffer.alloc(1), 1, 0);
    const shared = new Uint32Array(new SharedArrayBuffer(4 * 8));
    expect(io_submit(context.ctx, 8, slab, shared)).toBe(8);
    context.wait(8);
    expect(slab.inFlight()).toBe(0);
  });

  test.for([
    ['more iocbs than there are', () => io_submit(context.ctx, 2, [new Iocb()])],
    [
      'more slots than there are',
      () => io_submit(context.ctx, 2, new IocbSlab(2), new Uint32Array(1)),
    ],
    ['a fraction of them', () => io_submit(context.ctx, 0.5, [new Iocb()])],
    [
      'more slots than there are',
      () => threads.submit(context.ctx, new IocbSlab(2), new Uint32Array(1), 2),
    ],
    ['less than none', () => threads.submit(context.ctx, new IocbSlab(2), new Uint32Array(1), -1)],
    ['more refusals than there is room for', () => threads.refused(new IoEventArray(1), 2)],
  ] as const)('refuses %s', ([, call]) => {
    expect(call).toThrow(outOfRange);
  });
});

describe('what is submitted is what was checked', () => {
  /** An iocb that asks for more than its buffer has. */
  function tooLong(): Iocb {
    const iocb = new Iocb();
    io_prep_pread(iocb, file.fd, Buffer.alloc(16), 17, 0);
    return iocb;
  }

  function short(): Iocb {
    const iocb = new Iocb();
    io_prep_pread(iocb, file.fd, Buffer.alloc(16), 16, 0);
    return iocb;
  }

  /** An array whose one element is each of these in turn, and then the last. */
  function oneAfterTheOther(...iocbs: Iocb[]): Iocb[] {
    let asked = 0;
    return Object.defineProperty([], 0, {
      get: () => iocbs[Math.min(asked++, iocbs.length - 1)],
    });
  }

  const submissions = [
    ['io_submit', (iocbs: Iocb[]) => io_submit(context.ctx, iocbs.length, iocbs)],
    ['submit threads', (iocbs: Iocb[]) => threads.submit(context.ctx, iocbs)],
  ] as const;

  test.each(submissions)('by %s: an array is asked once for each iocb', (_, submit) => {
    const long = tooLong();
    expect(submit(oneAfterTheOther(short(), long))).toBe(1);
    expect(long.slab.inFlight()).toBe(0);
    expect(context.wait(1)).toMatchObject([{ res: 16 }]);
  });

  test.each(submissions)('by %s: one that the next one changes is refused', (_, submit) => {
    const changed = short();
    const iocbs = Object.defineProperty([changed], 1, {
      get: () => {
        changed.aio_nbytes = 17;
        return short();
      },
    });
    expect(() => submit(iocbs)).toThrow(outOfRange);
    expect(changed.slab.inFlight()).toBe(0);
  });

  test.each(submissions)(
    'by %s: one that says it is another is what it was made as',
    (_, submit) => {
      const slab = new IocbSlab(2);
      const iocb = new Iocb(slab, 0);
      const [buffer, other] = [Buffer.alloc(16), Buffer.alloc(32)];
      io_prep_pread(iocb, file.fd, buffer, 17, 0);
      io_prep_pread(new Iocb(slab, 1), file.fd, other, 32, 0);
      expect(Reflect.set(iocb, 'slot', 1)).toBe(false);
      expect(Reflect.set(iocb, 'slab', short().slab)).toBe(false);
      Object.defineProperties(iocb, {
        slot: { value: 1 },
        slab: { value: short().slab },
        aio_nbytes: { value: 1n },
        aio_lio_opcode: { value: IOCB_CMD_FSYNC },
      });
      Object.defineProperty(slab, 'kept', { value: () => other });
      expect(() => submit([iocb])).toThrow(outOfRange);
      expect(slab.inFlight()).toBe(0);
    },
  );

  test.each(submissions)(
    'by %s: a slab whose arrays are others is what it was made as',
    (_, submit) => {
      const slab = new IocbSlab(1);
      io_prep_pread(new Iocb(slab, 0), file.fd, Buffer.alloc(16), 17, 0);
      Object.defineProperty(slab, 'u32', { value: new Uint32Array(16) });
      expect(() => submit([new Iocb(slab, 0)])).toThrow(outOfRange);
      expect(slab.inFlight()).toBe(0);
    },
  );

  test.each(submissions)(
    'by %s: vectors are no more than there are, whatever they say',
    (_, submit) => {
      const vectors = new IoVecArray([Buffer.alloc(16)]);
      const iocb = new Iocb();
      io_prep_preadv(iocb, file.fd, vectors, 2, 0);
      expect(Reflect.set(vectors, 'length', 2)).toBe(false);
      Object.defineProperty(vectors, 'length', { value: 2 });
      expect(() => submit([iocb])).toThrow(outOfRange);
      vectors.setLen(0, 17);
      Object.defineProperty(vectors, 'len', { value: () => 16n });
      iocb.aio_nbytes = 1;
      expect(() => submit([iocb])).toThrow(outOfRange);
      expect(iocb.slab.inFlight()).toBe(0);
    },
  );

  test('vectors are where they were made', () => {
    const vectors = new IoVecArray([Buffer.alloc(16)]);
    const { address } = vectors;
    expect(Reflect.set(vectors, 'address', 8)).toBe(false);
    Object.defineProperty(vectors, 'address', { value: 8 });
    const iocb = new Iocb();
    io_prep_preadv(iocb, file.fd, vectors, 1, 0);
    expect(iocb.aio_buf).toBe(BigInt(address));
  });
});
