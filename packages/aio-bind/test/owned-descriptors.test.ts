// What an environment owns is closed with it, once, and nothing else is.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import * as aio from '../src/index.js';
import { refusal } from './support/refusals.js';
import { rounds } from './support/rounds.js';
import { Scratch } from './support/scratch.js';
import { startWorker } from './support/worker.js';

const { O_RDONLY, O_DIRECT } = constants;
const { AT_FDCWD, O_CLOEXEC } = aio;
const FLAGS = O_RDONLY | O_CLOEXEC;

/** The descriptors that this process, which is that of all its workers, has of a file. */
function descriptorsOf(path: string): number[] {
  const leadsThere = (fd: string): boolean => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path;
    } catch {
      return false; // closed since the folder was read
    }
  };
  return readdirSync('/proc/self/fd')
    .filter(leadsThere)
    .map(Number)
    .sort((a, b) => a - b);
}

/** A file in it, by the name that /proc has for it. */
function fileIn(folder: Scratch, bytes = 4): string {
  writeFileSync(folder.to('file'), Buffer.alloc(bytes, 'x'));
  return realpathSync(folder.to('file'));
}

describe('an owned descriptor', () => {
  test('is open until close, which closes it once', () => {
    using folder = new Scratch();
    const path = fileIn(folder);
    const fd = aio.openat2(AT_FDCWD, path, { flags: FLAGS }, true);
    expect(descriptorsOf(path)).toEqual([fd]);
    aio.close(fd);
    expect(descriptorsOf(path)).toEqual([]);
    expect(() => {
      aio.close(fd);
    }).toThrow(refusal('EBADF', 'close'));
  });

  test.for(['return', 'throw', 'process.exit', 'terminate'] as const)(
    'is closed where its worker ends by %s, unlike others',
    async (how) => {
      using folder = new Scratch();
      const path = fileIn(folder);
      const worker = startWorker(
        ({ aio: own }, [name, flags, way]) => {
          own.openat2(own.AT_FDCWD, name, { flags }, true);
          for (let i = 0; i < 10; i++) own.try_openat2(own.AT_FDCWD, name, flags, 0, 0, true);
          own.openat2(own.AT_FDCWD, name, { flags });
          if (way === 'process.exit') process.exit(1);
          if (way === 'throw') throw new Error('on purpose');
          if (way === 'terminate') setInterval(() => undefined, 1e6);
          return 'open';
        },
        [path, FLAGS, how] as const,
      );
      worker.on('error', () => undefined);
      const exit = new Promise((resolve) => worker.once('exit', resolve));
      if (how === 'terminate') {
        await once(worker, 'message');
        expect(descriptorsOf(path)).toHaveLength(12);
        await worker.terminate();
      }
      await exit;
      const left = descriptorsOf(path);
      left.forEach(closeSync);
      expect(left).toHaveLength(1);
    },
  );

  test('that has been closed is forgotten: its number may be that of another file', async () => {
    using folder = new Scratch();
    const path = fileIn(folder);
    const worker = startWorker(
      async ({ aio: own }, [name, flags]) => {
        const { parentPort } = process.getBuiltinModule('node:worker_threads');
        const fds = Array.from({ length: 5 }, () =>
          own.try_openat2(own.AT_FDCWD, name, flags, 0, 0, true),
        );
        fds.forEach(own.close);
        const going = new Promise((resolve) => parentPort?.once('message', resolve));
        parentPort?.postMessage(fds);
        await going;
      },
      [path, FLAGS] as const,
    );
    const [numbers] = (await once(worker, 'message')) as [number[]];
    const own = new Set<number>();
    // The lowest that is free is given first.
    while (!numbers.every((fd) => own.has(fd))) own.add(openSync(path, 'r'));
    const exit = once(worker, 'exit');
    worker.postMessage('go');
    expect(await exit).toEqual([0]);
    expect(descriptorsOf(path)).toEqual([...own].sort((a, b) => a - b));
    const { ino } = statSync(path);
    for (const fd of own) {
      expect(fstatSync(fd).ino).toBe(ino);
      closeSync(fd);
    }
  });

  test('is what a FIFO is that read_cached_on_mount leaves open', async () => {
    using folder = new Scratch();
    const before = process.cwd();
    process.chdir(folder.path);
    try {
      execFileSync('mkfifo', ['fifo']);
      const path = realpathSync('fifo');
      const worker = startWorker(({ aio: own, fs }) => {
        const opened = new Int32Array(1);
        do {
          fs.statSync('fifo'); // so that it is in the directory cache
          own.read_cached_on_mount('fifo', new Uint8Array(1), opened);
        } while (opened[0] === -1);
        setInterval(() => undefined, 1e6);
        return opened[0];
      }, null);
      const [fd] = (await once(worker, 'message')) as [number];
      expect(descriptorsOf(path)).toEqual([fd]);
      await worker.terminate();
      expect(descriptorsOf(path)).toEqual([]);
    } finally {
      process.chdir(before);
    }
  });

  const TIMES = rounds(100, 12);

  test(`is closed where its worker is terminated at any moment, ${TIMES} times, with reads in flight`, async () => {
    using folder = new Scratch();
    const path = fileIn(folder, 1 << 20);
    for (let time = 0; time < TIMES; time++) {
      const worker = startWorker(
        ({ aio: own }, [name, flags]) => {
          const ctx = new own.aio_context_t();
          own.io_setup(16, ctx);
          const slab = new own.IocbSlab(16);
          const memory = Array.from({ length: 16 }, () => own.allocAligned(1 << 16, 4096));
          const events = new own.IoEventArray(16);
          const slots = Uint32Array.from(memory, (_, slot) => slot);
          const round = (): void => {
            const fds = memory.map((buffer, slot) => {
              const fd = own.try_openat2(own.AT_FDCWD, name, flags, 0, 0, true);
              own.io_prep_pread(new own.Iocb(slab, slot), fd, buffer, 1 << 16, slot << 16);
              return fd;
            });
            const count = own.io_submit(ctx, 16, slab, slots);
            own.io_getevents(ctx, count, 16, events, null);
            fds.forEach(own.close);
          };
          setInterval(() => {
            for (let times = 0; times < 20; times++) round();
          }, 0);
          return 'begun';
        },
        [path, FLAGS | O_DIRECT] as const,
      );
      if (time % 4 !== 0) await once(worker, 'message');
      for (let turn = 0; turn < 3 * time; turn++) await nextTurn();
      await worker.terminate();
      expect(descriptorsOf(path)).toEqual([]);
    }
  });
});
