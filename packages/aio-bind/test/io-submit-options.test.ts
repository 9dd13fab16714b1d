// io_submit(2): the fields beside buffer, length and offset - eventfd, priority, RWF flags - and
// fsync.
import { openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  EventWatcher,
  IOCB_FLAG_IOPRIO,
  IOPRIO_CLASS_BE,
  IOPRIO_CLASS_IDLE,
  IOPRIO_CLASS_NONE,
  IOPRIO_CLASS_RT,
  Iocb,
  POLLERR,
  POLLIN,
  RWF_APPEND,
  RWF_DSYNC,
  RWF_HIPRI,
  RWF_NOAPPEND,
  RWF_SYNC,
  io_prep_fdsync,
  io_prep_fsync,
  io_prep_poll,
  io_prep_pread,
  io_prep_pwrite,
  io_set_eventfd,
  ioprio_value,
} from '../src/index.js';
import { Context, failure } from './context.js';
import {
  DISK,
  File,
  O_APPEND,
  O_RDONLY,
  O_RDWR,
  Pipe,
  kernelIsAtLeast,
  tempFile,
} from './temp-file.js';

const refused = (code: Parameters<typeof failure>[0]): unknown => failure(code, 'io_submit');

const reading = (file: File): Iocb => {
  const iocb = new Iocb();
  io_prep_pread(iocb, file.fd, Buffer.alloc(512), 512, 0);
  return iocb;
};

/** Reads an eventfd to zero: what EventWatcher does once the loop turns, which here it does not. */
const drain = (fd: number): bigint => {
  const count = new BigUint64Array(1);
  readSync(fd, count);
  return count[0] ?? 0n;
};

/** What poll(2) would say of a descriptor. */
const readiness = (context: Context, fd: number): number => {
  const iocb = new Iocb();
  io_prep_poll(iocb, fd, POLLIN);
  return Number(context.run(iocb));
};

describe('io_submit: eventfd', () => {
  test('a completion adds 1 to its eventfd, and one event is there with a zero timeout', () => {
    using context = new Context();
    using watcher = new EventWatcher(() => undefined);
    using file = tempFile(512);
    const iocb = reading(file);
    io_set_eventfd(iocb, watcher.fd);
    expect(context.submit(iocb)).toBe(1);
    expect(context.take()).toHaveLength(1);
    expect(drain(watcher.fd)).toBe(1n);
  });

  test('a resfd that is not open gives EBADF, one that is no eventfd EINVAL', () => {
    using context = new Context();
    using file = tempFile(512);
    const iocb = reading(file);
    io_set_eventfd(iocb, -1);
    expect(() => context.submit(iocb)).toThrow(refused('EBADF'));
    io_set_eventfd(iocb, file.fd);
    expect(() => context.submit(iocb)).toThrow(refused('EINVAL'));
    expect(context.take()).toEqual([]);
  });

  test('aio_resfd without IOCB_FLAG_RESFD is ignored', () => {
    using context = new Context();
    using file = tempFile(512);
    const iocb = reading(file);
    iocb.aio_resfd = -1;
    expect(context.run(iocb)).toBe(512);
  });

  test('a completion on an eventfd at 2^64-2 makes it POLLERR, and reading resets it', () => {
    using context = new Context();
    using watcher = new EventWatcher(() => undefined);
    using file = tempFile(512);
    writeSync(watcher.fd, BigUint64Array.of(2n ** 64n - 2n));
    expect(readiness(context, watcher.fd)).toBe(POLLIN);
    const iocb = reading(file);
    io_set_eventfd(iocb, watcher.fd);
    expect(context.run(iocb)).toBe(512);
    expect(readiness(context, watcher.fd)).toBe(POLLIN | POLLERR);
    expect(drain(watcher.fd)).toBe(2n ** 64n - 1n);
    writeSync(watcher.fd, BigUint64Array.of(1n));
    expect(readiness(context, watcher.fd)).toBe(POLLIN);
  });
});

describe('io_submit: fsync', () => {
  test('fsync and fdatasync of a file and of a directory give 0', () => {
    using context = new Context();
    using file = tempFile(512);
    using directory = new File(openSync(DISK, O_RDONLY));
    const iocb = new Iocb();
    for (const prepare of [io_prep_fsync, io_prep_fdsync]) {
      prepare(iocb, file.fd);
      expect(context.run(iocb)).toBe(0);
      prepare(iocb, directory.fd);
      expect(context.run(iocb)).toBe(0);
    }
  });

  test.for(['aio_offset', 'aio_rw_flags', 'aio_buf', 'aio_nbytes'] as const)(
    'fsync and fdatasync with %s set give EINVAL',
    (field) => {
      using context = new Context();
      using file = tempFile(512);
      const iocb = new Iocb();
      for (const prepare of [io_prep_fsync, io_prep_fdsync]) {
        prepare(iocb, file.fd);
        iocb[field] = 1;
        expect(() => context.submit(iocb)).toThrow(refused('EINVAL'));
      }
    },
  );

  test('fsync of a pipe gives EINVAL', () => {
    using context = new Context();
    using pipe = new Pipe();
    const iocb = new Iocb();
    io_prep_fsync(iocb, pipe.readEnd.fd);
    expect(() => context.submit(iocb)).toThrow(refused('EINVAL'));
  });
});

describe('io_submit: priority', () => {
  const withPriority = (file: File, priorityClass: number, level: number): Iocb => {
    const iocb = reading(file);
    iocb.aio_flags |= IOCB_FLAG_IOPRIO;
    iocb.aio_reqprio = ioprio_value(priorityClass, level);
    return iocb;
  };

  test('a class above 3, and a level of the class NONE, give EINVAL', () => {
    using context = new Context();
    using file = tempFile(512);
    for (const priorityClass of [4, 5, 6, 7]) {
      const iocb = withPriority(file, priorityClass, 0);
      expect(() => context.submit(iocb)).toThrow(refused('EINVAL'));
    }
    const iocb = withPriority(file, IOPRIO_CLASS_NONE, 1);
    expect(() => context.submit(iocb)).toThrow(refused('EINVAL'));
  });

  test('the classes NONE, BE and IDLE are accepted', () => {
    using context = new Context();
    using file = tempFile(512);
    expect(context.run(withPriority(file, IOPRIO_CLASS_NONE, 0))).toBe(512);
    expect(context.run(withPriority(file, IOPRIO_CLASS_BE, 7))).toBe(512);
    expect(context.run(withPriority(file, IOPRIO_CLASS_IDLE, 0))).toBe(512);
  });

  test('the class RT is granted with CAP_SYS_NICE or CAP_SYS_ADMIN, else it gives EPERM', () => {
    using context = new Context();
    using file = tempFile(512);
    const status = readFileSync('/proc/thread-self/status', 'utf8');
    const effective = BigInt(`0x${/^CapEff:\s*(\w+)$/m.exec(status)?.[1] ?? '0'}`);
    const [CAP_SYS_ADMIN, CAP_SYS_NICE] = [1n << 21n, 1n << 23n]; // linux/capability.h
    const iocb = withPriority(file, IOPRIO_CLASS_RT, 0);
    if ((effective & (CAP_SYS_ADMIN | CAP_SYS_NICE)) !== 0n) expect(context.run(iocb)).toBe(512);
    else expect(() => context.submit(iocb)).toThrow(refused('EPERM'));
  });

  test('a priority without IOCB_FLAG_IOPRIO is ignored', () => {
    using context = new Context();
    using file = tempFile(512);
    const iocb = reading(file);
    iocb.aio_reqprio = ioprio_value(5, 0);
    expect(context.run(iocb)).toBe(512);
  });
});

describe('io_submit: RWF flags', () => {
  test('a flag that nobody knows gives EOPNOTSUPP, which Node calls ENOTSUP', () => {
    using context = new Context();
    using file = tempFile(512);
    const iocb = reading(file);
    iocb.aio_rw_flags = 0x40000000;
    expect(() => context.submit(iocb)).toThrow(refused('ENOTSUP'));
  });

  test('RWF_APPEND with RWF_NOAPPEND gives EINVAL (Linux 6.9, before it EOPNOTSUPP)', () => {
    using context = new Context();
    using file = tempFile();
    const iocb = new Iocb();
    io_prep_pwrite(iocb, file.fd, Buffer.from('a'), 1, 0);
    iocb.aio_rw_flags = RWF_APPEND | RWF_NOAPPEND;
    const code = kernelIsAtLeast(6, 9) ? 'EINVAL' : 'ENOTSUP';
    expect(() => context.submit(iocb)).toThrow(refused(code));
  });

  test('RWF_APPEND appends; RWF_NOAPPEND on an O_APPEND descriptor does not (Linux 6.9)', () => {
    using context = new Context();
    using file = tempFile(Buffer.from('----'));
    using appending = file.reopen(O_RDWR | O_APPEND);
    const iocb = new Iocb();
    io_prep_pwrite(iocb, file.fd, Buffer.from('ab'), 2, 0);
    iocb.aio_rw_flags = RWF_APPEND;
    expect(context.run(iocb)).toBe(2);
    expect(file.contents.toString()).toBe('----ab');
    if (!kernelIsAtLeast(6, 9)) return;
    io_prep_pwrite(iocb, appending.fd, Buffer.from('cd'), 2, 0);
    iocb.aio_rw_flags = RWF_NOAPPEND;
    expect(context.run(iocb)).toBe(2);
    expect(file.contents.toString()).toBe('cd--ab');
  });

  test('RWF_HIPRI, RWF_DSYNC and RWF_SYNC are accepted', () => {
    using context = new Context();
    using file = tempFile(512);
    for (const flag of [RWF_HIPRI, RWF_DSYNC, RWF_SYNC]) {
      const iocb = new Iocb();
      io_prep_pwrite(iocb, file.fd, Buffer.alloc(512), 512, 0);
      iocb.aio_rw_flags = flag;
      expect(context.run(iocb)).toBe(512);
    }
  });
});
