// ReadHelper: cached reads by two threads at once.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, writeSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { EventWatcher, IoRangeArray, ReadHelper, addressOf } from '../src/index.js';
import { minus } from './context.js';
import { inChild } from './support/child.js';
import { rounds } from './support/rounds.js';
import { type File, O_WRONLY, Pipe, tempFile } from './temp-file.js';

const { PENDING } = IoRangeArray;
const FILE_BYTES = 4 << 20;

let contents: Buffer;
let file: File;
beforeAll(() => {
  contents = Buffer.from(Uint32Array.from({ length: FILE_BYTES / 4 }, (_, i) => i * 4).buffer);
  file = tempFile(contents);
});
afterAll(() => {
  file.close();
});
// All of it is in memory while it waits to be written back; a machine may drop other pages at any moment.
beforeEach(() => void writeSync(file.fd, contents, 0, FILE_BYTES, 0));

interface Wanted {
  readonly offset: number;
  readonly bytes: number;
  readonly fd?: number;
  readonly address?: number;
}

/** Ranges, and memory for each, which nothing but this object keeps. */
class Reads {
  readonly ranges: IoRangeArray;
  readonly memory: readonly Buffer[];
  readonly #wanted: readonly Wanted[];

  constructor(wanted: readonly Wanted[]) {
    this.#wanted = wanted;
    this.memory = wanted.map(({ bytes }) => Buffer.alloc(bytes + 1, 0xee));
    this.ranges = new IoRangeArray(Math.max(wanted.length, 1));
    wanted.forEach(({ offset, bytes, fd = file.fd, address }, i) => {
      this.ranges.aio_fildes[i] = fd;
      this.ranges.aio_buf[i] = address ?? addressOf(this.memory[i]!);
      this.ranges.aio_nbytes[i] = bytes;
      this.ranges.aio_offset[i] = offset;
      this.ranges.res[i] = 12_345;
    });
  }

  /** The same so often in a row that the other thread is called. */
  inARowBy(helper: ReadHelper): void {
    for (let times = 0; times < 8; times++) this.by(helper);
  }

  /** Has all of them read, and waits for what is late. */
  by(helper: ReadHelper): number[] {
    const late = helper.read(this.#wanted.length, this.ranges);
    if (late >= 0) this.#await(helper, late);
    return Array.from(this.ranges.res.subarray(0, this.#wanted.length));
  }

  #await(helper: ReadHelper, late: number): void {
    expect(this.ranges.res[late]).toBe(PENDING);
    let result: number;
    do result = helper.late();
    while (result === PENDING);
    this.ranges.res[late] = result;
  }

  /** What a range has read is what is there, and nothing was written behind it. */
  expectRead(index: number): void {
    const { offset, bytes } = this.#wanted[index]!;
    const there = contents.subarray(offset, offset + bytes);
    expect(this.ranges.res[index]).toBe(there.length);
    expect(this.memory[index]!.subarray(0, there.length).equals(there)).toBe(true);
    expect(this.memory[index]!.subarray(there.length).every((byte) => byte === 0xee)).toBe(true);
  }
}

describe('ReadHelper', () => {
  test('reads ranges, short where the file ends, and counts them', () => {
    using helper = new ReadHelper();
    const wanted = [
      { offset: 4, bytes: 100 },
      { offset: FILE_BYTES - 10, bytes: 20 },
      { offset: FILE_BYTES, bytes: 5 },
      { offset: 65_536, bytes: 1 << 16 },
      { offset: 0, bytes: 0 },
    ];
    const reads = new Reads(wanted);
    reads.by(helper);
    wanted.forEach((_, i) => {
      reads.expectRead(i);
    });
    expect(reads.ranges).toMatchObject({ events: 0 });
    expect([4, 5]).toContain(reads.ranges.ended); // one may have been late
  });

  test('gives each its own error, as the kernel has it', () => {
    using helper = new ReadHelper();
    using pipe = new Pipe();
    using writeOnly = file.reopen(O_WRONLY);
    const bytes = 4;
    const wanted = [
      { offset: 0, bytes },
      { offset: 0, bytes, fd: -1 },
      { offset: 0, bytes, fd: writeOnly.fd },
      { offset: 0, bytes, address: 16 },
      { offset: 0, bytes, address: -1 },
      { offset: 0, bytes, address: NaN },
      { offset: -1, bytes },
      { offset: -2, bytes },
      { offset: NaN, bytes },
      { offset: Infinity, bytes },
      { offset: 0, bytes, fd: pipe.readEnd.fd },
      { offset: 8, bytes },
    ];
    const reads = new Reads(wanted);
    const [EBADF, EFAULT, EINVAL] = [minus('EBADF'), minus('EFAULT'), minus('EINVAL')];
    expect(reads.by(helper)).toEqual([
      ...[4, EBADF, EBADF, EFAULT, EFAULT, EFAULT],
      ...[EINVAL, EINVAL, EINVAL, EINVAL, minus('ESPIPE'), 4],
    ]);
    reads.expectRead(0);
    reads.expectRead(11);
  });

  test('says what is not in memory, and does not wait for it', () => {
    using helper = new ReadHelper();
    using cold = tempFile(1 << 20);
    // Passes over pages that somebody else looks at in that moment.
    const flags = ['oflag=nocache', 'conv=notrunc,fdatasync', 'count=0', 'status=none'];
    execFileSync('dd', [`of=/proc/${process.pid}/fd/${cold.fd}`, ...flags]);
    const wanted = Array.from({ length: 8 }, (_, i) => ({
      fd: cold.fd,
      offset: ((i * 37) % 128) * 8192,
      bytes: 4096,
    }));
    const results = new Reads(wanted).by(helper);
    expect(results).toContain(minus('EAGAIN'));
    expect(results.every((result) => result === 4096 || result === minus('EAGAIN'))).toBe(true);
  });

  test('reads whatever ranges, round after round, each into its own memory', () => {
    using helper = new ReadHelper();
    const range = fc.record({
      offset: fc.integer({ min: 0, max: FILE_BYTES + 100 }),
      bytes: fc.oneof(fc.nat(5000), fc.integer({ min: 1 << 14, max: 1 << 17 })),
    });
    fc.assert(
      fc.property(fc.array(range, { maxLength: 12 }), (wanted) => {
        const reads = new Reads(wanted);
        reads.inARowBy(helper);
        wanted.forEach((_, i) => {
          reads.expectRead(i);
        });
      }),
      { numRuns: rounds(2000, 100) },
    );
  });

  test('has one thread, which ends when there has been nothing to read for a while', async () => {
    using helper = new ReadHelper({ idleMs: 1 });
    expect(helper.threads).toBe(0);
    const wanted = Array.from({ length: 4 }, (_, i) => ({ offset: i << 16, bytes: 1 << 16 }));
    for (let times = 0; times < 3; times++) {
      const reads = new Reads(wanted);
      reads.inARowBy(helper);
      for (const index of wanted.keys()) reads.expectRead(index);
      await expect.poll(() => helper.threads, { timeout: 10_000 }).toBe(0);
    }
  });

  test('starts no thread for those who read now and then', () => {
    using helper = new ReadHelper();
    const reads = new Reads([0, 1, 2].map((i) => ({ offset: i << 16, bytes: 1 << 16 })));
    for (let times = 0; times < 4; times++) reads.by(helper);
    expect(helper.threads).toBe(0);
  });

  test('lets the other thread take part', () => {
    using helper = new ReadHelper({ idleMs: 2 ** 31 - 1 });
    const before = new Set(readdirSync('/proc/self/task'));
    /** How long a thread has run, in ns; 0 where it has ended meanwhile, as that of an earlier helper may. */
    const spent = (thread: string): number => {
      try {
        return parseInt(readFileSync(`/proc/self/task/${thread}/schedstat`, 'latin1'));
      } catch {
        return 0;
      }
    };
    const wanted = Array.from({ length: 8 }, (_, i) => ({ offset: i << 16, bytes: 1 << 16 }));
    const helped = (): number =>
      Math.max(
        0,
        ...readdirSync('/proc/self/task')
          .filter((thread) => !before.has(thread))
          .map(spent),
      );
    // 1 ms of copying: more than it takes to start and end. Where there is but one processor, that is in turns.
    const reads = new Reads(wanted);
    while (helped() < 1e6) {
      for (let times = 0; times < 100; times++) reads.by(helper);
    }
    for (const index of wanted.keys()) reads.expectRead(index);
    expect(helper.threads).toBe(1);
  });

  test('does not wait for a read that the other thread is still at: it is late', async ({
    skip,
  }) => {
    // Of one processor the other thread is given enough to end what it has begun.
    skip(availableParallelism() < 2, 'not runnable here: needs two processors');
    let heard = (): void => undefined;
    using watcher = new EventWatcher(() => {
      heard();
    });
    using helper = new ReadHelper({ watcher });
    // The caller's own is done long before the other's; unless it comes so late itself that the other thread
    // has read that and is at the first one.
    const reads = new Reads([
      { offset: 0, bytes: 1 << 19 },
      { offset: 0, bytes: FILE_BYTES },
    ]);
    let late: number;
    do late = helper.read(2, reads.ranges);
    while (late < 0);
    expect(reads.ranges).toMatchObject({ ended: 1, whole: 1 });
    expect(reads.ranges.res[late]).toBe(PENDING);
    reads.expectRead(1 - late);
    // Meanwhile this thread reads alone, and leaves that one as it is.
    const others = new Reads([
      { offset: 8, bytes: 1 << 16 },
      { offset: 1 << 16, bytes: 1 << 16 },
    ]);
    expect(helper.read(2, others.ranges)).toBe(-1);
    others.expectRead(0);
    others.expectRead(1);
    watcher.ref();
    reads.ranges.res[late] = await new Promise<number>((resolve) => {
      heard = () => {
        const result = helper.late();
        // The signal may be that of a round before, in which it had just ended when it was found to be late.
        if (result !== PENDING) resolve(result);
      };
    });
    watcher.unref();
    reads.expectRead(late);
    expect(helper.late()).toBe(PENDING); // once
  });

  test('reads by the caller alone once it is closed, or where it was closed twice', async () => {
    const helper = new ReadHelper();
    const wanted = Array.from({ length: 4 }, (_, i) => ({ offset: i << 16, bytes: 1 << 16 }));
    new Reads(wanted).inARowBy(helper);
    helper.close();
    helper.close();
    await expect.poll(() => helper.threads, { timeout: 10_000 }).toBe(0);
    const reads = new Reads(wanted);
    expect(helper.read(4, reads.ranges)).toBe(-1);
    for (const index of wanted.keys()) reads.expectRead(index);
    expect(helper.threads).toBe(0);
  });

  test.for([
    { idleMs: -1 },
    { idleMs: 2 ** 31 },
    { idleMs: 1.5 },
    { idleMs: '1' },
    { watcher: {} },
    null,
    3,
  ])('refuses %o', (options) => {
    expect(() => new ReadHelper(options as never)).toThrow(
      expect.objectContaining({
        code: expect.stringMatching(/^ERR_(INVALID_ARG|OUT_OF)/) as string,
      }),
    );
  });

  test('refuses more than there are, and what are no ranges', () => {
    using helper = new ReadHelper();
    const { ranges } = new Reads([{ offset: 0, bytes: 1 }]);
    expect(() => helper.read(2, ranges)).toThrow(RangeError);
    expect(() => helper.read(-1, ranges)).toThrow(RangeError);
    expect(() => helper.read(0.5, ranges)).toThrow(RangeError);
    expect(() => helper.read('1' as never, ranges)).toThrow(TypeError);
    expect(() => helper.read(1, {} as never)).toThrow(TypeError);
    expect(helper.read(0, ranges)).toBe(-1);
    expect(ranges.res[0]).toBe(12_345);
  });
});

const TIMES = rounds(60, 6);

test(`workers that read so may be terminated at any moment, ${TIMES} times`, async () => {
  const outcome = await inChild(
    async ({ fs, aio, nextTurn, startWorker }, [times, name]) => {
      for (let time = 0; time < times; time++) {
        const worker = startWorker(({ aio: own, fs: files }, path) => {
          const fd = files.openSync(path, 'r');
          const helper = new own.ReadHelper();
          const ranges = new own.IoRangeArray(4);
          const buffers = Array.from({ length: 4 }, () => Buffer.alloc(1 << 20));
          buffers.forEach((buffer, i) => {
            ranges.aio_fildes[i] = fd;
            ranges.aio_buf[i] = own.addressOf(buffer);
            // The last takes longer than the others together, so that it is late.
            ranges.aio_nbytes[i] = i === 3 ? 1 << 20 : 1 << 15;
          });
          setInterval(() => {
            helper.late();
            for (let round = 0; round < 10; round++) helper.read(buffers.length, ranges);
          }, 0);
          return 'begun';
        }, name);
        await new Promise((resolve) => worker.once('message', resolve));
        for (let turn = 0; turn < time; turn++) await nextTurn();
        await worker.terminate();
      }
      // The process is unharmed.
      const buffer = Buffer.alloc(9);
      return aio.try_preadv2(fs.openSync(name, 'r'), buffer, 9, 0, 0);
    },
    [TIMES, `/proc/${process.pid}/fd/${file.fd}`] as const,
  );
  expect(outcome).toMatchObject({ status: 0, stderr: '', result: 9 });
});

test('a process may exit while a read is late, and a helper may be forgotten', async () => {
  const outcome = await inChild(({ aio, fs }, name) => {
    const fd = fs.openSync(name, 'r');
    const ranges = new aio.IoRangeArray(2);
    const memory = Buffer.alloc(1 << 22);
    ranges.aio_fildes.fill(fd);
    ranges.aio_buf.fill(aio.addressOf(memory));
    ranges.aio_nbytes.set([1 << 16, 1 << 22]);
    for (let times = 0; times < 20; times++) {
      const helper = new aio.ReadHelper();
      for (let round = 0; round < 10; round++) helper.read(2, ranges);
    }
    return memory.length;
  }, `/proc/${process.pid}/fd/${file.fd}`);
  expect(outcome).toMatchObject({ status: 0, stderr: '', result: 1 << 22 });
});
