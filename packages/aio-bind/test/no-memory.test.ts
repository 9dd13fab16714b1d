// Where there is no memory for the account of what is submitted, nothing is submitted, and that is an Error.
import { describe, expect, test } from 'vitest';
import { resultInChild } from './support/child.js';
import { tempFile } from './temp-file.js';

describe('without memory for the account', () => {
  test('a submission fails as a whole, and works once there is memory', async ({ skip }) => {
    skip(
      process.env.AIO_INSTRUMENT !== undefined,
      'not runnable here: has an allocator of its own',
    );
    using file = tempFile(16);
    const found = await resultInChild(
      ({ aio, fs }, path) => {
        const { execFileSync } = process.getBuiltinModule('node:child_process');
        const limitMemory = (bytes: number | string): void => {
          const given = ['--pid', String(process.pid), `--data=${bytes}:`];
          execFileSync('prlimit', given, { stdio: 'ignore' });
        };
        // Of RLIMIT_DATA: what malloc and V8 have only reserved does not count there, and to make use of it does.
        const used = (): number =>
          1024 *
          Number(/^VmData:\s+(\d+)/m.exec(fs.readFileSync('/proc/self/status', 'utf8'))?.[1]);

        const fd = fs.openSync(path, 'r');
        const ctx = new aio.aio_context_t();
        aio.io_setup(8, ctx);
        const threads = new aio.SubmitThreads();
        const events = new aio.IoEventArray(8);
        const slots = Uint32Array.of(0);
        const memory = Buffer.alloc(16);
        const ranges = new aio.IoRangeArray(1);
        /** Of a slab of so many slots, of which each has its own count: four bytes. */
        const submissionsOf = (count: number): (() => number)[] => {
          const slab = new aio.IocbSlab(count);
          const iocb = new aio.Iocb(slab, 0);
          aio.io_prep_pread(iocb, fd, memory, 16, 0);
          ranges.aio_fildes[0] = fd;
          ranges.aio_buf[0] = aio.addressOf(memory);
          ranges.aio_nbytes[0] = 16;
          const command = { aio_lio_opcode: 0, aio_rw_flags: 0, tag: 1 };
          const submissions = [
            () => aio.io_submit(ctx, 1, slab, slots),
            () => aio.io_submit(ctx, 1, [iocb]),
            () => aio.io_submit_ranges(ctx, 1, slab, ranges, command, events),
            () => threads.submit(ctx, slab, slots),
          ];
          return submissions.map((submit) => () => {
            const submitted = submit();
            while (slab.inFlight() > 0) aio.io_getevents(ctx, 1, 8, events, null);
            return submitted;
          });
        };
        const outcomes = (submissions: (() => number)[]): unknown[] =>
          submissions.map((submit) => {
            try {
              return submit();
            } catch (error) {
              return (error as Error).message;
            }
          });
        // All that these need besides is there from now on.
        const before = outcomes(submissionsOf(1));
        const large = submissionsOf(2 ** 20);
        // So that V8 has no need for more, nor gives any back, while there is a limit.
        (globalThis as { gc?: () => void }).gc!();
        limitMemory(used() + 3 * 2 ** 20);
        const without = outcomes(large);
        limitMemory('unlimited');
        const nothing = aio.io_getevents(ctx, 0, 8, events, new aio.Timespec());
        const after = outcomes(large);
        threads.close();
        return { before, without, nothing, after };
      },
      `/proc/${process.pid}/fd/${file.fd}`,
      // Whatever is large is the kernel's to give.
      {
        env: { MALLOC_MMAP_THRESHOLD_: '131072' },
        flags: ['--expose-gc', '--single-threaded'],
      },
    );
    const worked = [1, 1, 1, 1];
    expect(found).toEqual({
      before: worked,
      without: new Array(4).fill('std::bad_alloc'),
      nothing: 0,
      after: worked,
    });
  });
});
