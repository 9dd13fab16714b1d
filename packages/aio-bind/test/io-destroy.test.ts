// io_destroy(2), on the rows of LTP's io_destroy01 and io_destroy02 and of libaio's harness.
import { once } from 'node:events';
import { read, readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  IocbSlab,
  Iocb,
  POLLIN,
  aio_context_t,
  allocAligned,
  io_destroy,
  io_destroy_later,
  io_prep_poll,
  io_prep_pread,
  io_setup,
  io_submit,
} from '../src/index.js';
import { failure } from './context.js';
import { type Program, inChild } from './support/child.js';
import { rounds } from './support/rounds.js';
import { startWorker } from './support/worker.js';
import { type File, O_DIRECT, O_RDONLY, Pipe, tempFile } from './temp-file.js';

test('io_destroy succeeds once and gives EINVAL the second time; the variable keeps its value', () => {
  const ctx = new aio_context_t();
  io_setup(1, ctx);
  const { value } = ctx;
  io_destroy(ctx);
  expect(ctx.value).toBe(value);
  expect(() => io_destroy(ctx)).toThrow(failure('EINVAL', 'io_destroy'));
});

test.for([
  ['0', 0n],
  ['-1', 2n ** 64n - 1n],
  ['an invented one', 0x12345678n],
] as const)('io_destroy of context %s gives EINVAL', ([, value]) => {
  const ctx = new aio_context_t(value);
  expect(() => io_destroy(ctx)).toThrow(failure('EINVAL', 'io_destroy'));
});

test("another variable with a real context's number is no context", () => {
  const ctx = new aio_context_t();
  io_setup(1, ctx);
  const forged = new aio_context_t(ctx.value);
  expect(() => io_destroy(forged)).toThrow(failure('EINVAL', 'io_destroy'));
  io_destroy(ctx);
});

test('io_destroy ends polls in flight rather than wait for them', () => {
  using pipe = new Pipe();
  const ctx = new aio_context_t();
  io_setup(1, ctx);
  const iocb = new Iocb();
  io_prep_poll(iocb, pipe.readEnd.fd, POLLIN);
  expect(io_submit(ctx, 1, [iocb])).toBe(1);
  io_destroy(ctx);
  expect(iocb.slab.inFlight()).toBe(0);
});

test('buffers of reads in flight are never touched after io_destroy', () => {
  const READS = 32;
  const ROUNDS = rounds(20, 6);
  const BYTES = 1 << 16;
  using file = tempFile(Buffer.alloc(READS * BYTES, 'f'));
  using direct = file.reopen(O_RDONLY | O_DIRECT);
  const slab = new IocbSlab(READS);
  const slots = Uint32Array.from({ length: READS }, (_, slot) => slot);
  const ours = Buffer.alloc(READS * BYTES, 'o');
  const memories = [allocAligned(READS * BYTES), allocAligned(READS * BYTES)] as const;
  for (let round = 0; round < ROUNDS; round++) {
    const [memory, before] = round % 2 === 0 ? memories : [memories[1], memories[0]];
    const ctx = new aio_context_t();
    io_setup(READS, ctx);
    for (const slot of slots) {
      const buffer = memory.subarray(slot * BYTES, (slot + 1) * BYTES);
      io_prep_pread(new Iocb(slab, slot), direct.fd, buffer, BYTES, slot * BYTES);
    }
    expect(io_submit(ctx, READS, slab, slots)).toBe(READS);
    io_destroy(ctx);
    expect(memory.equals(file.contents)).toBe(true); // it has waited for the reads
    memory.fill('o');
    // A grace period later the memory of the round before is still as we left it.
    if (round > 0) expect(before.equals(ours)).toBe(true);
  }
});

describe('with ten large writes submitted', () => {
  const WRITES = 10;
  const PIECES = rounds(64, 12);
  const PIECE = 1 << 16;
  const BYTES = PIECES * PIECE;

  type Given = readonly [name: string, writes: number, pieces: number, piece: number];

  // In pieces that malloc(3) takes from its heap: were one freed in flight, malloc's own notes in
  // freed memory would go to the disk.
  const submitAndLeave: Program<Given, number> = ({ aio, fs }, [name, WRITES, PIECES, PIECE]) => {
    const fd = fs.openSync(name, fs.constants.O_RDWR | fs.constants.O_DIRECT);
    const ctx = new aio.aio_context_t();
    aio.io_setup(WRITES, ctx);
    const iocbs = Array.from({ length: WRITES }, (_, index) => {
      const pieces = Array.from({ length: PIECES }, () => aio.allocAligned(PIECE).fill('w'));
      const iocb = new aio.Iocb();
      aio.io_prep_pwritev(iocb, fd, new aio.IoVecArray(pieces), PIECES, index * PIECES * PIECE);
      return iocb;
    });
    return aio.io_submit(ctx, WRITES, iocbs);
  };

  const given = (file: File): Given => [
    `/proc/${process.pid}/fd/${file.fd}`,
    WRITES,
    PIECES,
    PIECE,
  ];
  const written = Buffer.alloc(WRITES * BYTES, 'w');

  test('a process exits cleanly, and they reach the file', async () => {
    using file = tempFile(WRITES * BYTES);
    const { status, signal, stderr, result } = await inChild(submitAndLeave, given(file));
    expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' });
    expect(result).toBe(WRITES);
    expect(file.contents.equals(written)).toBe(true);
  });

  test('a worker exits cleanly, and they reach the file', async () => {
    using file = tempFile(WRITES * BYTES);
    const worker = startWorker(submitAndLeave, given(file));
    const ended = await Promise.all([once(worker, 'message'), once(worker, 'exit')]);
    expect(ended).toEqual([[WRITES], [0]]);
    expect(file.contents.equals(written)).toBe(true);
  });
});

/** The kernel maps the ring of each context. */
const mappedRings = (): number =>
  readFileSync('/proc/self/maps', 'utf8').split('/[aio]').length - 1;

/** How many threads Node's pool can have at most: libuv's own limit (UV_THREADPOOL_SIZE). */
const MOST_THREADS = 1024;

/** Until the end of its scope nothing else has its turn in Node's pool. */
function occupiedPool(): AsyncDisposable {
  const pipe = new Pipe();
  const reader = pipe.readEnd.reopen(O_RDONLY); // waits
  const reads = Array.from({ length: MOST_THREADS }, () =>
    promisify(read)(reader.fd, Buffer.alloc(1), 0, 1, null),
  );
  return {
    async [Symbol.asyncDispose](): Promise<void> {
      pipe.writeEnd.close();
      await Promise.all(reads);
      reader.close();
      pipe[Symbol.dispose]();
    },
  };
}

describe('io_destroy_later', () => {
  test('destroys an idle context, while the event loop goes on', async () => {
    const before = mappedRings();
    const ctx = new aio_context_t();
    io_setup(8, ctx);
    let destroyed: Promise<void>;
    {
      await using _pool = occupiedPool();
      destroyed = io_destroy_later(ctx);
      // It is not known any more, though the kernel still has it.
      expect(() => io_submit(ctx, 0, [])).toThrow(failure('EINVAL', 'io_submit'));
      expect(() => io_destroy(ctx)).toThrow(failure('EINVAL', 'io_destroy'));
      await nextTurn();
      expect(mappedRings()).toBe(before + 1);
    }
    await destroyed;
    expect(mappedRings()).toBe(before);
  });

  test('does nothing to a context that has something in flight', async () => {
    using pipe = new Pipe();
    const ctx = new aio_context_t();
    io_setup(1, ctx);
    const iocb = new Iocb();
    io_prep_poll(iocb, pipe.readEnd.fd, POLLIN);
    expect(io_submit(ctx, 1, [iocb])).toBe(1);
    await expect(io_destroy_later(ctx)).rejects.toThrow(failure('EBUSY', 'io_destroy'));
    expect(iocb.slab.inFlight()).toBe(1);
    io_destroy(ctx);
    await expect(io_destroy_later(ctx)).rejects.toThrow(failure('EINVAL', 'io_destroy'));
  });

  test('a worker is terminated meanwhile without harm', async () => {
    const before = mappedRings();
    for (let i = 0; i < rounds(50, 5); i++) {
      const worker = startWorker<null, boolean>(({ aio }) => {
        const ctx = new aio.aio_context_t();
        aio.io_setup(1, ctx);
        void aio.io_destroy_later(ctx);
        return true;
      }, null);
      await once(worker, 'message');
      await worker.terminate();
    }
    expect(mappedRings()).toBe(before);
  });
});
