// io_submit_ranges: many transfers prepared, submitted and collected in one call.
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  IOCB_CMD_PREAD,
  IOCB_CMD_PWRITE,
  IoEventArray,
  IoRangeArray,
  Iocb,
  IocbSlab,
  RWF_NOWAIT,
  type RangeCommand,
  type RangeSubmitOptions,
  addressOf,
  aio_context_t,
  io_prep_pread,
  io_submit_ranges,
} from '../src/index.js';
import { Context, completions, failure, minus } from './context.js';
import { type Inside, sanitizers, startChild } from './support/child.js';
import { type File, O_RDONLY, tempFile } from './temp-file.js';

const canTrace =
  spawnSync('strace', ['-qq', '-e', 'trace=none', 'true'], {
    env: { ...process.env, ...sanitizers(false) },
  }).status === 0;

const { PENDING } = IoRangeArray;
const SLOTS = 8;
const FILE_BYTES = 1000;
const TAG = 0xfedcba98;

const refused = (code: Parameters<typeof failure>[0]): unknown => failure(code, 'io_submit');

let file: File;
let contents: Buffer;
let context: Context;
let slab: IocbSlab;
let ranges: IoRangeArray;
let memory: Buffer;
let events: IoEventArray;
beforeEach(() => {
  contents = Buffer.from(Array.from({ length: FILE_BYTES }, (_, i) => i % 251));
  file = tempFile(contents);
  context = new Context();
  slab = new IocbSlab(SLOTS);
  ranges = new IoRangeArray(SLOTS);
  memory = Buffer.alloc(SLOTS * 100);
  events = new IoEventArray(SLOTS);
});
afterEach(() => {
  context[Symbol.dispose]();
  file.close();
});

/** Writes ranges of 100 bytes down, each with its place in `memory`, and slots from the last on. */
function prepare(...offsets: number[]): void {
  offsets.forEach((offset, i) => {
    ranges.aio_fildes[i] = file.fd;
    ranges.aio_offset[i] = offset;
    ranges.aio_buf[i] = addressOf(memory) + 100 * i;
    ranges.aio_nbytes[i] = 100;
    ranges.slot[i] = SLOTS - 1 - i;
  });
}

function submit(
  nr: number,
  command: Partial<RangeCommand> = {},
  options?: RangeSubmitOptions,
): number {
  const read = { aio_lio_opcode: IOCB_CMD_PREAD, aio_rw_flags: RWF_NOWAIT };
  const whole = { ...read, tag: TAG, ...command };
  return io_submit_ranges(context.ctx, nr, slab, ranges, whole, events, options);
}

const results = (count: number): number[] => [...ranges.res.subarray(0, count)];
const found = (): unknown => {
  const { ended, whole, events: others } = ranges;
  return { ended, whole, others };
};
const part = (i: number): Buffer => memory.subarray(100 * i, 100 * i + 100);

describe('io_submit_ranges', () => {
  test('reads each range to its own memory, with its result, and leaves no event', () => {
    prepare(0, 500, 130);
    expect(submit(3)).toBe(3);
    expect(results(3)).toEqual([100, 100, 100]);
    expect(found()).toEqual({ ended: 3, whole: 3, others: 0 });
    expect(part(0)).toEqual(contents.subarray(0, 100));
    expect(part(1)).toEqual(contents.subarray(500, 600));
    expect(part(2)).toEqual(contents.subarray(130, 230));
    expect(context.take()).toEqual([]);
    expect(slab.inFlight()).toBe(0);
  });

  test('writes, too', () => {
    prepare(0, 900, 2000);
    memory.fill('x', 0, 300);
    expect(submit(3, { aio_lio_opcode: IOCB_CMD_PWRITE, aio_rw_flags: 0 })).toBe(3);
    expect(results(3)).toEqual([100, 100, 100]);
    expect(file.size).toBe(2100);
    expect(file.contents.subarray(900, 1000).every((byte) => byte === 120)).toBe(true);
  });

  test('tells of a range that ends with the file, and of one beyond it', () => {
    prepare(0, FILE_BYTES - 30, FILE_BYTES);
    expect(submit(3)).toBe(3);
    expect(results(3)).toEqual([100, 30, 0]);
    expect(found()).toEqual({ ended: 3, whole: 1, others: 0 });
  });

  test('reads from as many files as there are', () => {
    using other = tempFile(Buffer.alloc(FILE_BYTES, 'o'));
    prepare(0, 500, 130);
    ranges.aio_fildes[1] = other.fd;
    expect(submit(3)).toBe(3);
    expect(results(3)).toEqual([100, 100, 100]);
    expect(part(0)).toEqual(contents.subarray(0, 100));
    expect(part(1)).toEqual(Buffer.alloc(100, 'o'));
    expect(part(2)).toEqual(contents.subarray(130, 230));
  });

  test('takes the first nr only', () => {
    prepare(0, 100, 200);
    ranges.res[2] = 7;
    expect(submit(2)).toBe(2);
    expect(results(3)).toEqual([100, 100, 7]);
    expect(submit(0)).toBe(0);
    expect(found()).toEqual({ ended: 0, whole: 0, others: 0 });
  });

  test('has PENDING for what has not been collected, whose event comes later, with its tag and slot', () => {
    prepare(0);
    // Room for the event of another only.
    events = new IoEventArray(1);
    const before = new Iocb();
    io_prep_pread(before, file.fd, Buffer.alloc(8), 8, 0);
    before.aio_data = 77n;
    expect(context.submit(before)).toBe(1);
    expect(submit(1)).toBe(1);
    expect(results(1)).toEqual([PENDING]);
    expect(found()).toEqual({ ended: 0, whole: 0, others: 1 });
    expect(completions(events, 1)).toMatchObject([{ data: 77n, res: 8 }]);
    expect(slab.inFlight(SLOTS - 1)).toBe(1);
    const data = (BigInt(TAG) << 32n) | BigInt(SLOTS - 1);
    const obj = BigInt(slab.address + 64 * (SLOTS - 1));
    expect(context.take()).toEqual([{ data, obj, res: 100, res2: 0 }]);
    expect(slab.inFlight()).toBe(0);
  });

  test('shows events of others that were there before, at the front', () => {
    const other = new Iocb();
    io_prep_pread(other, file.fd, Buffer.alloc(8), 8, 0);
    // The same slot as one of the ranges, but another tag.
    other.aio_data = BigInt(SLOTS - 1);
    expect(context.submit(other)).toBe(1);
    prepare(0, 100);
    expect(submit(2)).toBe(2);
    expect(found()).toEqual({ ended: 2, whole: 2, others: 1 });
    expect(completions(events, 1)).toMatchObject([{ data: BigInt(SLOTS - 1), res: 8 }]);
  });

  test('may be called again with slots that have ended', () => {
    prepare(0, 100);
    for (let i = 0; i < 200; i++) {
      ranges.aio_offset[0] = i;
      expect(submit(2, { tag: i })).toBe(2);
      expect(results(2)).toEqual([100, 100]);
      expect(part(0)).toEqual(contents.subarray(i, i + 100));
    }
  });

  test('gives errors of single ranges where they are known, and of the first otherwise', () => {
    prepare(0, 100, 200);
    ranges.aio_buf[1] = 16;
    expect(submit(3)).toBe(3);
    expect(results(3)).toEqual([100, minus('EFAULT'), 100]);
    expect(found()).toEqual({ ended: 3, whole: 2, others: 0 });
    ranges.aio_offset[1] = -1;
    expect(submit(3)).toBe(1);
    expect(results(3)).toEqual([100, PENDING, PENDING]);
    ranges.aio_offset[0] = -1;
    expect(() => submit(3)).toThrow(refused('EINVAL'));
    expect(found()).toEqual({ ended: 0, whole: 0, others: 0 });
    expect(slab.inFlight()).toBe(0);
  });

  test.for([NaN, -1, Infinity, 2 ** 64])(
    'lets the kernel refuse %d for an address or an offset',
    (number) => {
      prepare(0);
      ranges.aio_buf[0] = number;
      expect(() => submit(1)).toThrow(refused('EFAULT'));
      prepare(number);
      expect(() => submit(1)).toThrow(refused('EINVAL'));
    },
  );

  test.for([1, 2, 3, 4, 100])('gives the same by calls of %i each', (perCall) => {
    const all = [0, 500, FILE_BYTES - 30, 130];
    prepare(...all);
    expect(submit(4, {}, { perCall })).toBe(4);
    expect(results(4)).toEqual([100, 100, 30, 100]);
    expect(found()).toEqual({ ended: 4, whole: 3, others: 0 });
    for (const [i, at] of all.entries()) {
      const there = contents.subarray(at, at + 100);
      expect(part(i).subarray(0, there.length)).toEqual(there);
    }
    ranges.aio_fildes[2] = -1;
    expect(submit(4, {}, { perCall })).toBe(2);
    expect(results(4)).toEqual([100, 100, PENDING, PENDING]);
    ranges.aio_fildes[0] = -1;
    expect(() => submit(4, {}, { perCall })).toThrow(refused('EBADF'));
    expect(slab.inFlight()).toBe(0);
  });

  test.skipIf(!canTrace).for([
    [2, 2],
    [3, 4],
    [4, 6],
  ])(
    'gives what was taken by calls of two before number %i fails: %i [needs strace]',
    async ([failing, taken]) => {
      const program = ({ aio, fs }: Inside): number => {
        const fd = fs.openSync('/dev/zero', 'r');
        const ctx = new aio.aio_context_t();
        aio.io_setup(8, ctx);
        const slab = new aio.IocbSlab(8);
        const ranges = new aio.IoRangeArray(8);
        ranges.aio_fildes.fill(fd);
        ranges.aio_nbytes.fill(8);
        ranges.slot.set([0, 1, 2, 3, 4, 5, 6, 7]);
        const memory = Buffer.alloc(8);
        ranges.aio_buf.fill(aio.addressOf(memory));
        const command = { aio_lio_opcode: aio.IOCB_CMD_PREAD, aio_rw_flags: 0, tag: 1 };
        const events = new aio.IoEventArray(8);
        const options = { perCall: 2 };
        return aio.io_submit_ranges(ctx, 6, slab, ranges, command, events, options);
      };
      const inject = `inject=io_submit:error=EAGAIN:when=${failing}`;
      const wrapper = 'strace -f -qq -o /dev/null -e trace=io_submit -e'.split(' ').concat(inject);
      const { result, stderr, status } = await startChild(program, null, { wrapper, exits: true })
        .outcome;
      expect({ result, stderr, status }).toEqual({ result: taken, stderr: '', status: 0 });
    },
  );

  test('fails as io_submit does', () => {
    prepare(0);
    expect(() => submit(-1)).toThrow(refused('EINVAL'));
    expect(() => submit(1, { aio_lio_opcode: 6 })).toThrow(refused('EINVAL'));
    expect(() => submit(1, { aio_rw_flags: 2 ** 30 })).toThrow(refused('ENOTSUP'));
    using readOnly = file.reopen(O_RDONLY);
    ranges.aio_fildes[0] = readOnly.fd;
    const write = { aio_lio_opcode: IOCB_CMD_PWRITE };
    expect(() => submit(1, write)).toThrow(refused('EBADF'));
    ranges.aio_fildes[0] = -1;
    expect(() => submit(1)).toThrow(refused('EBADF'));
    const command = { aio_lio_opcode: 0, aio_rw_flags: 0, tag: 0 };
    const nowhere = new aio_context_t();
    expect(() => io_submit_ranges(nowhere, 1, slab, ranges, command, events)).toThrow(
      refused('EINVAL'),
    );
  });

  test('refuses ranges whose memory was transferred, rather than carry out the last command', ({
    skip,
  }) => {
    const { transfer } = ArrayBuffer.prototype as { transfer?: () => void };
    skip(transfer === undefined, 'not runnable here: this Node has no way to transfer it');
    prepare(0);
    expect(submit(1)).toBe(1);
    transfer?.call(ranges.res.buffer);
    expect(() => submit(1, { aio_lio_opcode: IOCB_CMD_PWRITE })).toThrow(
      expect.objectContaining({ name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' }),
    );
  });

  test('refuses what would reach beyond its arrays', () => {
    prepare(0, 0);
    expect(() => submit(SLOTS + 1)).toThrow(RangeError);
    ranges.slot[1] = SLOTS;
    expect(() => submit(2)).toThrow(RangeError);
    // The first was not submitted either.
    expect(context.take()).toEqual([]);
    expect(() => submit(1, { tag: 2 ** 32 })).toThrow(RangeError);
    expect(() => submit(1, { tag: '0' as never })).toThrow(TypeError);
    expect(() => submit(1, {}, { perCall: 0 })).toThrow(RangeError);
    expect(() => submit(1, {}, { perCall: 2 ** 32 })).toThrow(RangeError);
    expect(() => submit(1, {}, { perCall: '1' as never })).toThrow(TypeError);
    expect(() => submit(1, {}, null as never)).toThrow(TypeError);
    expect(() => new IoRangeArray(0)).toThrow(RangeError);
    expect(() => io_submit_ranges(context.ctx, 1, slab, {} as never, {} as never, events)).toThrow(
      TypeError,
    );
  });
});
