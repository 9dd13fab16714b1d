// docs/coming-from-linux_aio.md: every public name of linux_aio and linux_aio_bind is in it, what it names
// is there, and a test for each row says that it does the same, on the real kernel.
import { closeSync, openSync, writeFileSync } from 'node:fs';
import * as bind from 'aio-bind';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as aio from '../src/index.js';
import { EventFd } from './support/event-fd.js';
import { LargeDirectRead } from './support/large-direct-read.js';
import { namesThere, rowsBelow } from './support/linux-aio-page.js';
import { Pipe } from './support/pipe.js';
import { TempFolder } from './support/temp-folder.js';

let folder: TempFolder;
let context: aio.AioContext;
let fd: number;
beforeAll(() => {
  folder = new TempFolder();
  context = new aio.AioContext({ maxInFlight: 8 });
  writeFileSync(folder.file('file'), 'contents\n');
  fd = openSync(folder.file('file'), 'r+');
});
afterAll(() => {
  closeSync(fd);
  context.close();
  folder[Symbol.dispose]();
});

const reading = (buffer: Buffer = Buffer.alloc(64)): aio.ReadOperation =>
  new aio.ReadOperation({ file: fd, buffer });

/** Submits it, and collects its event. */
function complete<O extends aio.AioOperation>(operation: O): aio.AioEvent<O> {
  context.submit(operation);
  const [event] = context.getEvents(1, 1);
  expect(event?.operation).toBe(operation);
  return event as unknown as aio.AioEvent<O>;
}

/** The same by aio-bind, as in C. */
function completeIocb(prepare: (iocb: bind.Iocb) => void): bind.IoEvent {
  return withContext((ctx) => {
    const iocb = new bind.Iocb();
    prepare(iocb);
    const events = new bind.IoEventArray(1);
    expect(bind.io_submit(ctx, 1, [iocb])).toBe(1);
    expect(bind.io_getevents(ctx, 1, 1, events, null)).toBe(1);
    return events.at(0);
  });
}

function withContext<T>(work: (ctx: bind.aio_context_t) => T): T {
  const ctx = new bind.aio_context_t();
  bind.io_setup(1, ctx);
  try {
    return work(ctx);
  } finally {
    bind.io_destroy(ctx);
  }
}

/** What each row claims. */
const claims: Record<string, () => unknown> = {
  AIOContext: () => {
    using own = new aio.AioContext({ maxInFlight: 2 });
    expect(own.submit()).toBe(0);
    expect(own.getEvents(0, 100)).toEqual([]);
  },
  'AIOContext.closed': () => {
    const own = new aio.AioContext({ maxInFlight: 2 });
    expect(own.closed).toBe(false);
    own.close();
    expect(own.closed).toBe(true);
  },
  'AIOContext.close': () => {
    const own = new aio.AioContext({ maxInFlight: 2 });
    own.close();
    own.close();
    expect(() => own.submit()).toThrow('closed');
  },
  'AIOContext.cancel': () => {
    using pipe = new Pipe();
    using large = new LargeDirectRead(folder.file('large'));
    const poll = new aio.PollOperation({ file: pipe.readEnd, mask: aio.POLLIN });
    const read = large.operation;
    context.submit(poll, read);
    expect(context.cancel(poll)).toBe(true);
    expect(context.cancel(read)).toBe(false);
    const results = new Map<unknown, number>();
    for (const { operation, result } of context.getEvents(2, 2)) results.set(operation, result);
    expect([results.get(poll), results.get(read)]).toEqual([0, read.length]);
  },
  'AIOContext.submit': () => {
    const [first, second] = [reading(), reading()];
    expect(context.submit(first, second)).toBe(2);
    expect(context.getEvents(2, 2).map(({ operation }) => operation)).toEqual([first, second]);
  },
  'AIOContext.get_events': () => {
    using pipe = new Pipe();
    context.submit(new aio.PollOperation({ file: pipe.readEnd, mask: aio.POLLIN }));
    expect(context.getEvents(1, 1, 0n)).toEqual([]);
    expect(context.getEvents(1, 1, 1000n)).toEqual([]);
    pipe.fill();
    expect(context.getEvents(1, 1)).toHaveLength(1);
    expect(() => context.getEvents(1, 1)).toThrow(RangeError);
  },
  'with-statement': async () => {
    const seen: aio.AioContext[] = [];
    {
      using own = new aio.AioContext({ maxInFlight: 2 });
      await using other = new aio.AioContext({ maxInFlight: 2 });
      seen.push(own, other);
      own.close();
    }
    expect(seen.map(({ closed }) => closed)).toEqual([true, true]);
  },
  AIOBlock: () => {
    const read = reading();
    expect([complete(read).result, complete(read).result]).toEqual([9, 9]);
  },
  'AIOBlock.change_cmd': () => {
    const buffers = [Buffer.from('con'), Buffer.from('tents')];
    const writev = new aio.WritevOperation({ file: fd, buffers });
    complete(writev);
    for (const buffer of buffers) buffer.fill(0);
    const readv = writev.convert(aio.ReadvOperation);
    expect(complete(readv).bytes().map(String)).toEqual(['con', 'tents']);
    expect(() => complete(writev)).toThrow('converted');
  },
  'AIOBlock.file': () => {
    const read = reading();
    const file = { fd };
    read.file = file;
    expect(read.file).toBe(file);
    expect(complete(read).result).toBe(9);
  },
  'AIOBlock.fileno': () => {
    expect(reading().fd).toBe(fd);
  },
  'AIOBlock.cmd': () => {
    expect(reading().command).toBe('read');
    expect(new aio.FdatasyncOperation({ file: fd }).command).toBe('fdatasync');
  },
  'AIOBlock.flag': () => {
    // The kernel looks at an iocb's eventfd only where a flag says so; this is none.
    const read = reading();
    read.eventfd = fd;
    expect(() => complete(read)).toThrow('EINVAL');
    read.eventfd = null;
    expect(complete(read).result).toBe(9);
  },
  'AIOBlock.res_fd': async () => {
    using eventfd = new EventFd();
    const read = reading();
    read.eventfd = eventfd.fd;
    complete(read);
    expect(await eventfd.signal()).toBe(1);
  },
  'AIOBlock.priority_class': () => {
    const read = reading();
    read.priorityClass = aio.IOPRIO_CLASS_IDLE;
    expect(complete(read).result).toBe(9);
  },
  'AIOBlock.priority_value': () => {
    const read = reading();
    read.priorityClass = aio.IOPRIO_CLASS_BE;
    read.priorityLevel = 7;
    expect(complete(read).result).toBe(9);
  },
  'AIOBlock.set_priority': () => {
    const read = reading();
    read.setPriority(aio.IOPRIO_CLASS_BE, 3);
    expect([read.priorityClass, read.priorityLevel]).toEqual([aio.IOPRIO_CLASS_BE, 3]);
    expect(complete(read).result).toBe(9);
  },
  RWBlock: () => {
    expect(reading()).toMatchObject({ offset: 0, flags: 0 });
  },
  'RWBlock.buffer': () => {
    const read = reading();
    const smaller = Buffer.alloc(4);
    read.buffer = smaller;
    expect(read.length).toBe(4);
    complete(read);
    expect(String(smaller)).toBe('cont');
    const readv = read.convert(aio.ReadvOperation);
    readv.buffers = [Buffer.alloc(2), Buffer.alloc(3)];
    expect(complete(readv).bytes().map(String)).toEqual(['co', 'nte']);
  },
  'RWBlock.offset': () => {
    const read = reading();
    read.offset = 3;
    expect(String(complete(read).bytes())).toBe('tents\n');
    read.offset = 8n;
    expect(complete(read).result).toBe(1);
  },
  'RWBlock.rw_flag': () => {
    const write = new aio.WriteOperation({ file: fd, buffer: Buffer.from('contents') });
    write.flags = aio.RWF_DSYNC;
    expect(complete(write).result).toBe(8);
  },
  NonVectorBlock: () => {
    expect(reading(Buffer.alloc(5)).length).toBe(5);
  },
  'NonVectorBlock.length': () => {
    const read = reading();
    read.length = 2;
    expect(String(complete(read).bytes())).toBe('co');
    expect(() => (read.length = 65)).toThrow(RangeError);
  },
  VectorBlock: () => {
    expect(complete(new aio.ReadvOperation({ file: fd, buffers: [] })).result).toBe(0);
  },
  NonRWBlock: () => {
    expect(new aio.FsyncOperation({ file: fd })).not.toHaveProperty('offset');
  },
  ReadBlock: () => {
    expect(String(complete(reading()).bytes())).toBe('contents\n');
    expect(() => reading('immutable' as unknown as Buffer)).toThrow(TypeError);
  },
  WriteBlock: () => {
    const buffer = Buffer.from('contents');
    expect(complete(new aio.WriteOperation({ file: fd, buffer })).result).toBe(8);
  },
  ReadVBlock: () => {
    const buffers = [Buffer.alloc(4), Buffer.alloc(64)];
    expect(complete(new aio.ReadvOperation({ file: fd, buffers })).result).toBe(9);
    const tooMany = new Array<Buffer>(1025).fill(Buffer.alloc(1));
    expect(() => new aio.ReadvOperation({ file: fd, buffers: tooMany })).toThrow(RangeError);
  },
  WriteVBlock: () => {
    const buffers = [Buffer.from('con'), Buffer.from('tents')];
    expect(complete(new aio.WritevOperation({ file: fd, buffers })).result).toBe(8);
  },
  PollBlock: async () => {
    using pipe = new Pipe();
    const mask = aio.POLLIN | aio.POLLOUT | aio.POLLPRI;
    const poll = new aio.PollOperation({ file: pipe.writeEnd, mask });
    expect(complete(poll).result).toBe(aio.POLLOUT);
    expect(await aio.poll(pipe.writeEnd, mask)).toBe(aio.POLLOUT);
  },
  'PollBlock.event_masks': () => {
    using pipe = new Pipe();
    const poll = new aio.PollOperation({ file: pipe.writeEnd, mask: aio.POLLPRI });
    context.submit(poll);
    expect(context.getEvents(1, 1, 0n)).toEqual([]);
    expect(context.cancel(poll)).toBe(true);
    expect(context.getEvents(1, 1)[0]?.result).toBe(0);
    poll.mask = aio.POLLOUT;
    expect(complete(poll).result).toBe(aio.POLLOUT);
  },
  FsyncBlock: () => {
    expect(complete(new aio.FsyncOperation({ file: fd })).result).toBe(0);
  },
  FDsyncBlock: () => {
    expect(complete(new aio.FdatasyncOperation({ file: fd })).result).toBe(0);
  },
  AIOEvent: () => {
    const event = complete(reading());
    expect(event).toBeInstanceOf(aio.AioEvent);
    expect(event.error).toBeNull();
  },
  'AIOEvent.aio_block': () => {
    const read = reading();
    expect(complete(read).operation).toBe(read);
  },
  'AIOEvent.buffer': () => {
    const buffer = Buffer.alloc(9);
    const read = reading(buffer);
    const event = complete(read);
    read.buffer = Buffer.alloc(1);
    expect(event.buffer).toBe(buffer);
    expect(event.buffers).toBeNull();
  },
  'AIOEvent.stripped_buffer': () => {
    writeFileSync(folder.file('zeros'), 'ends with zeros\0\0');
    const file = openSync(folder.file('zeros'), 'r');
    const read = new aio.ReadOperation({ file, buffer: Buffer.alloc(64) });
    expect(String(complete(read).bytes())).toBe('ends with zeros\0\0');
    const buffers = [Buffer.alloc(16), Buffer.alloc(8)];
    const readv = read.convert(aio.ReadvOperation, { buffers });
    expect(complete(readv).bytes().map(String)).toEqual(['ends with zeros\0', '\0']);
    closeSync(file);
  },
  'AIOEvent.response': () => {
    expect(complete(reading()).result).toBe(9);
  },
  'AIOEvent.response2': () => {
    expect(complete(reading()).result2).toBe(0);
  },

  aio_context_t: () => {
    const ctx = withContext((set) => {
      expect(set.value).not.toBe(0n);
      return set;
    });
    expect(() => {
      bind.io_destroy(ctx);
    }).toThrow('EINVAL');
  },
  io_setup: () => {
    withContext((ctx) => {
      expect(() => {
        bind.io_setup(1, ctx);
      }).toThrow('EINVAL');
    });
  },
  io_destroy: () => {
    expect(() => {
      bind.io_destroy(new bind.aio_context_t());
    }).toThrow('EINVAL');
  },
  io_submit: () => {
    const event = completeIocb((iocb) => {
      bind.io_prep_pread(iocb, fd, Buffer.alloc(64), 64, 0);
    });
    expect(event.res).toBe(9n);
  },
  io_getevents: () => {
    withContext((ctx) => {
      const events = new bind.IoEventArray(1);
      expect(bind.io_getevents(ctx, 1, 1, events, new bind.Timespec(0, 0))).toBe(0);
    });
  },
  io_cancel: () => {
    using pipe = new Pipe();
    withContext((ctx) => {
      const iocb = new bind.Iocb();
      bind.io_prep_poll(iocb, pipe.readEnd, bind.POLLIN);
      bind.io_submit(ctx, 1, [iocb]);
      bind.io_cancel(ctx, iocb, null);
      const events = new bind.IoEventArray(1);
      bind.io_getevents(ctx, 1, 1, events, null);
      expect(events.at(0).res).toBe(0n);
    });
  },
  IOCB: () => {
    const event = completeIocb((iocb) => {
      iocb.aio_lio_opcode = bind.IOCB_CMD_PREAD;
      iocb.aio_fildes = fd;
      iocb.aio_buf = Buffer.alloc(4);
      iocb.aio_nbytes = 4;
      iocb.aio_data = 7;
    });
    expect([event.data, event.res]).toEqual([7n, 4n]);
  },
  iocb_p: () => {
    const slab = new bind.IocbSlab(2);
    expect(new bind.Iocb(slab, 1).address).toBe(slab.address + 64);
  },
  IOEvent: () => {
    const event = completeIocb((iocb) => {
      bind.io_prep_fsync(iocb, fd);
    });
    expect([event.res, event.res2]).toEqual([0n, 0n]);
  },
  IOVec: () => {
    const iov = new bind.IoVecArray([Buffer.alloc(4), Buffer.alloc(8)]);
    expect([iov.at(0).iov_len, iov.at(1).iov_len]).toEqual([4n, 8n]);
    const event = completeIocb((iocb) => {
      bind.io_prep_preadv(iocb, fd, iov, 2, 0);
    });
    expect(event.res).toBe(9n);
  },
  Timespec: () => {
    expect(new bind.Timespec(1, 2)).toMatchObject({ tv_sec: 1n, tv_nsec: 2n });
  },
  IOCBCMD: () => {
    expect([bind.IOCB_CMD_PREAD, bind.IOCB_CMD_PWRITE]).toEqual([0, 1]);
    expect([bind.IOCB_CMD_FSYNC, bind.IOCB_CMD_FDSYNC, bind.IOCB_CMD_POLL]).toEqual([2, 3, 5]);
    expect([bind.IOCB_CMD_NOOP, bind.IOCB_CMD_PREADV, bind.IOCB_CMD_PWRITEV]).toEqual([6, 7, 8]);
  },
  IOCBFlag: () => {
    expect([bind.IOCB_FLAG_RESFD, bind.IOCB_FLAG_IOPRIO]).toEqual([1, 2]);
  },
  IOCBRWFlag: () => {
    const { RWF_HIPRI, RWF_DSYNC, RWF_SYNC, RWF_NOWAIT, RWF_APPEND } = bind;
    expect([RWF_HIPRI, RWF_DSYNC, RWF_SYNC, RWF_NOWAIT, RWF_APPEND]).toEqual([1, 2, 4, 8, 16]);
    expect(aio.RWF_NOWAIT).toBe(RWF_NOWAIT);
  },
  IOCBPriorityClass: () => {
    const { IOPRIO_CLASS_NONE, IOPRIO_CLASS_RT, IOPRIO_CLASS_BE, IOPRIO_CLASS_IDLE } = bind;
    const all = [IOPRIO_CLASS_NONE, IOPRIO_CLASS_RT, IOPRIO_CLASS_BE, IOPRIO_CLASS_IDLE];
    expect(all).toEqual([0, 1, 2, 3]);
    expect(aio.IOPRIO_CLASS_IDLE).toBe(IOPRIO_CLASS_IDLE);
  },
  IOPRIO_CLASS_SHIFT: () => {
    expect(bind.IOPRIO_CLASS_SHIFT).toBe(13);
  },
  gen_io_priority: () => {
    expect(bind.ioprio_value(bind.IOPRIO_CLASS_BE, 4)).toBe((2 << 13) | 4);
  },
  create_c_array: () => {
    expect(new bind.IocbSlab(3).slots).toBe(3);
    expect(new bind.IoEventArray(3).length).toBe(3);
    expect(new bind.IoVecArray(3).length).toBe(3);
  },
};

/** What TypeScript has, and JavaScript has not; and a keyword. */
const notExported = new Set(
  [
    'AioOperation',
    'OperationBase',
    'TransferOperation',
    'BufferOperation',
    'VectorOperation',
  ].concat('using'),
);
/** Fields, which are the instances' own. */
const fields = new Set(['command', 'operation', 'result', 'result2', 'buffer', 'buffers']);

describe.for([
  ['linux_aio', aio],
  ['linux_aio_bind', bind],
] as const)('the table of %s', ([heading, exports]) => {
  const rows = rowsBelow(heading);

  test('has every public name, and no other', () => {
    expect(rows.map(([there]) => there).sort()).toEqual([...namesThere[heading]].sort());
  });

  test.for(rows)('%s: what the row names is there', ([, here]) => {
    const named = [...here.matchAll(/`([A-Za-z_]+)(?:\.([A-Za-z0-9]+))?`/g)];
    expect(named).not.toEqual([]);
    for (const [, name = '', member] of named) {
      if (notExported.has(name)) continue;
      expect(exports).toHaveProperty(name);
      if (member === undefined || fields.has(member)) continue;
      const { prototype } = (exports as unknown as Record<string, { prototype: object }>)[name]!;
      expect(member in prototype, `${name}.${member}`).toBe(true);
    }
  });

  test.for(rows)('%s: what it does there is done here', async ([there]) => {
    expect(Object.keys(claims)).toContain(there);
    await claims[there]?.();
  });
});
