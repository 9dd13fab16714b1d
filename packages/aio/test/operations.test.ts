// Every operation, with everything about it that can be set, against the real kernel.
import { closeSync, constants, openSync, readFileSync, writeFileSync } from 'node:fs';
import { open as nodeOpen } from 'node:fs/promises';
import { allocAligned } from 'aio-bind';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  AioContext,
  type AioOperation,
  FdatasyncOperation,
  FsyncOperation,
  IOPRIO_CLASS_BE,
  IOPRIO_CLASS_IDLE,
  IOPRIO_CLASS_NONE,
  POLLIN,
  PollOperation,
  RWF_APPEND,
  RWF_DSYNC,
  RWF_NOWAIT,
  ReadOperation,
  ReadvOperation,
  WriteOperation,
  WritevOperation,
} from '../src/index.js';
import { EventFd } from './support/event-fd.js';
import { numberedBytes, writeNumbered } from './support/page-cache.js';
import { Pipe } from './support/pipe.js';
import { TempFolder } from './support/temp-folder.js';

const BYTES = 1 << 16;
const contents = numberedBytes(BYTES);

let folder: TempFolder;
let context: AioContext;
let fd: number;
let files = 0;
const opened: number[] = [];
beforeAll(() => {
  folder = new TempFolder();
  context = new AioContext({ maxInFlight: 16 });
  writeNumbered(folder.file('file'), BYTES);
  fd = openFile(folder.file('file'), 'r+');
});
afterAll(() => {
  for (const each of opened) closeSync(each);
  context.close();
  folder[Symbol.dispose]();
});

function openFile(path: string, flags: string | number): number {
  const file = openSync(path, flags);
  opened.push(file);
  return file;
}

/** TypeScript's es2023 does not know them. */
const Resizable = ArrayBuffer as unknown as new (
  bytes: number,
  options: { maxByteLength: number },
) => ArrayBuffer & { resize(bytes: number): void };

/** A file of its own, with that in it. */
function scratch(text: string): { path: string; fd: number } {
  const path = folder.file(`scratch-${files++}`);
  writeFileSync(path, text);
  return { path, fd: openFile(path, 'r+') };
}

/** Submits and collects it. */
function complete(operation: AioOperation): number {
  context.submit(operation);
  const [event] = context.getEvents(1, 1);
  expect(event?.operation).toBe(operation);
  if (event?.error != null) throw event.error;
  return event?.result ?? NaN;
}

const thrown = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
};
const expectCode = (work: () => unknown, code: string): void => {
  expect(thrown(work)).toMatchObject({ code });
};
const view = (): Buffer => Buffer.alloc(64);
const at = (start: number, end: number): Buffer => contents.subarray(start, end);

describe('a read', () => {
  test('reads at its offset as much as its length says, or less at the end of the file', () => {
    const buffer = view();
    const read = new ReadOperation({ file: fd, buffer, offset: 4096 });
    expect(read).toMatchObject({
      command: 'read',
      fd,
      file: fd,
      offset: 4096,
      length: 64,
      flags: 0,
    });
    expect(complete(read)).toBe(64);
    expect(buffer.equals(at(4096, 4160))).toBe(true);
    read.length = 8;
    read.offset = 8n;
    expect(complete(read)).toBe(8);
    expect(buffer.subarray(0, 8).equals(at(8, 16))).toBe(true);
    expect(buffer.subarray(8).equals(at(4104, 4160))).toBe(true);
    read.offset = BYTES - 5;
    expect(complete(read)).toBe(5);
    read.offset = BYTES;
    expect(complete(read)).toBe(0);
    read.length = 0;
    read.offset = 0;
    expect(complete(read)).toBe(0);
  });

  test('goes to a file and a buffer that are replaced, and to a handle', async () => {
    const read = new ReadOperation({ file: fd, buffer: view(), length: 3 });
    complete(read);
    const other = scratch('something else');
    const buffer = Buffer.alloc(14);
    read.file = other.fd;
    read.buffer = buffer;
    expect(read.length).toBe(14);
    expect(complete(read)).toBe(14);
    expect(buffer.toString()).toBe('something else');
    const handle = await nodeOpen(other.path, 'r');
    read.file = handle;
    expect(read.fd).toBe(handle.fd);
    read.offset = 10;
    expect(complete(read)).toBe(4);
    await handle.close();
  });

  test('goes to a part of a larger buffer, whatever its kind', () => {
    const memory = new ArrayBuffer(64);
    for (const piece of [
      Buffer.from(memory, 8, 16),
      new Float64Array(memory, 8, 2),
      new DataView(memory, 8, 16),
      new Uint8Array(new SharedArrayBuffer(64), 8, 16),
      Uint8Array.from({ length: 16 }), // so small that V8 keeps it in its own heap
    ]) {
      const read = new ReadOperation({ file: fd, buffer: piece, offset: 1024 });
      expect(complete(read)).toBe(16);
      const { buffer, byteOffset } = piece;
      expect(Buffer.from(buffer as ArrayBuffer, byteOffset, 16).equals(at(1024, 1040))).toBe(true);
      expect(Buffer.from(buffer as ArrayBuffer, 0, byteOffset).every((byte) => byte === 0)).toBe(
        true,
      );
    }
  });

  // Of a file that is not cached it starts the read-ahead, and a fast disk may be done before it looks again.
  test('with RWF_NOWAIT of what is not there yet gives EAGAIN', () => {
    using empty = new EventFd();
    const read = new ReadOperation({ file: empty.fd, buffer: view(), flags: RWF_NOWAIT });
    context.submit(read);
    const [event] = context.getEvents(1, 1);
    expect(event?.result).toBe(-11);
    expect(event?.error).toMatchObject({ code: 'EAGAIN', errno: -11, syscall: 'read' });
    expect(event?.error).toBe(event?.error);
    expect(thrown(() => event?.bytes())).toBe(event?.error);
  });

  test('is refused by the kernel where its file is not open to read, and with unknown flags', () => {
    const writeOnly = openFile(folder.file('file'), 'a');
    const read = new ReadOperation({ file: writeOnly, buffer: view() });
    expectCode(() => complete(read), 'EBADF');
    read.file = fd;
    read.flags = 0x8000_0000;
    expectCode(() => complete(read), 'ENOTSUP');
    read.flags = 0;
    expect(complete(read)).toBe(64);
  });
});

describe('a write', () => {
  test('writes at its offset, beyond the end as well', () => {
    const { path, fd: file } = scratch('0123456789');
    const write = new WriteOperation({ file, buffer: Buffer.from('abcdef'), offset: 2 });
    expect(complete(write)).toBe(6);
    expect(readFileSync(path, 'latin1')).toBe('01abcdef89');
    write.length = 2;
    write.offset = 12n;
    expect(complete(write)).toBe(2);
    expect(readFileSync(path, 'latin1')).toBe('01abcdef89\0\0ab');
  });

  test('with RWF_APPEND goes to the end, and with RWF_DSYNC is durable', () => {
    const { path, fd: file } = scratch('0123');
    const write = new WriteOperation({ file, buffer: Buffer.from('ab'), flags: RWF_APPEND });
    complete(write);
    write.flags |= RWF_DSYNC;
    complete(write);
    expect(readFileSync(path, 'latin1')).toBe('0123abab');
  });

  test('to a file that was opened to append goes to its end', () => {
    const { path } = scratch('0123');
    const file = openFile(path, 'a');
    complete(new WriteOperation({ file, buffer: Buffer.from('ab') }));
    expect(readFileSync(path, 'latin1')).toBe('0123ab');
  });
});

describe('a readv and a writev', () => {
  test('fill and empty their buffers one after another', () => {
    const buffers = [Buffer.alloc(3), Buffer.alloc(0), new Uint8Array(5), Buffer.alloc(8)];
    const readv = new ReadvOperation({ file: fd, buffers, offset: 8 });
    expect(complete(readv)).toBe(16);
    expect(Buffer.concat(buffers).equals(at(8, 24))).toBe(true);
    const { path, fd: file } = scratch('');
    const writev = new WritevOperation({ file, buffers, offset: 2 });
    expect(complete(writev)).toBe(16);
    expect(readFileSync(path).subarray(2).equals(at(8, 24))).toBe(true);
    writev.buffers = [Buffer.from('x'), Buffer.from('yz')];
    expect(complete(writev)).toBe(3);
    expect(readFileSync(path).subarray(0, 5).toString('latin1')).toBe('\0\0xyz');
  });

  test('take 1024 buffers, and none', () => {
    const buffers = Array.from({ length: 1024 }, () => Buffer.alloc(8));
    const readv = new ReadvOperation({ file: fd, buffers });
    expect(complete(readv)).toBe(8192);
    expect(Buffer.concat(buffers).equals(at(0, 8192))).toBe(true);
    readv.buffers = [];
    expect(complete(readv)).toBe(0);
  });

  test('keep the list that was given as it was', () => {
    const buffers = [Buffer.alloc(8)];
    const readv = new ReadvOperation({ file: fd, buffers });
    buffers.push(Buffer.alloc(8));
    expect(readv.buffers).toHaveLength(1);
    expect(complete(readv)).toBe(8);
    expect(() => (readv.buffers as Buffer[]).push(Buffer.alloc(1))).toThrow(TypeError);
  });
});

describe('an event', () => {
  const eventOf = <O extends AioOperation>(operation: O): ReturnType<typeof context.run<O>> =>
    context.run(operation);

  test('gives the bytes that were read, without a copy, and stays as it is', async () => {
    const buffer = view();
    const read = new ReadOperation({ file: fd, buffer, offset: BYTES - 16 });
    const event = await eventOf(read);
    const bytes = event.bytes();
    expect(bytes).toHaveLength(16);
    expect(bytes.buffer).toBe(buffer.buffer);
    expect(bytes.equals(at(BYTES - 16, BYTES))).toBe(true);
    read.buffer = view();
    expect(event.buffer).toBe(buffer);
    expect(event.bytes().equals(bytes)).toBe(true);
  });

  test('gives of a vector the pieces that have something in them', async () => {
    const buffers = [Buffer.alloc(8), new Uint32Array(0), new Uint16Array(5), Buffer.alloc(20)];
    const readv = new ReadvOperation({ file: fd, buffers, offset: BYTES - 16 });
    const event = await eventOf(readv);
    expect(event.bytes().map(({ length }) => length)).toEqual([8, 8]);
    expect(Buffer.concat(event.bytes()).equals(at(BYTES - 16, BYTES))).toBe(true);
    expect(event.buffers).toEqual(buffers);
    expect(event.buffer).toBeNull();
    readv.offset = BYTES;
    expect((await eventOf(readv)).bytes()).toEqual([]);
  });

  test('gives the bytes of a vector where the kernel put them, though a piece has grown or shrunk', async () => {
    const memory = new Resizable(4, { maxByteLength: 64 });
    const grown = new Uint8Array(memory);
    const second = Buffer.alloc(4);
    const readv = new ReadvOperation({ file: fd, buffers: [grown, second], offset: BYTES - 8 });
    memory.resize(8);
    const event = await eventOf(readv);
    const [first, last] = [at(BYTES - 8, BYTES - 4), at(BYTES - 4, BYTES)];
    expect(event.bytes()).toEqual([first, last]);
    // It stays as it is.
    readv.buffers = [view(), view()];
    expect(event.bytes()).toEqual([first, last]);
    memory.resize(2);
    expect(event.bytes()).toEqual([first.subarray(0, 2), last]);
  });

  test('of a sync or a poll has no bytes', async () => {
    const sync = await eventOf(new FsyncOperation({ file: fd }));
    expect([sync.buffer, sync.buffers, sync.bytes(), sync.result]).toEqual([null, null, null, 0]);
    const poll = await eventOf(new PollOperation({ file: fd, mask: POLLIN }));
    expect(poll.bytes()).toBeNull();
  });
});

describe('a sync', () => {
  test.for([FsyncOperation, FdatasyncOperation])('%o gives 0, and EINVAL for a pipe', (Sync) => {
    using pipe = new Pipe();
    const { fd: file } = scratch('x');
    const sync = new Sync({ file });
    expect(complete(sync)).toBe(0);
    sync.file = pipe.writeEnd;
    expectCode(() => complete(sync), 'EINVAL');
    sync.file = file;
    expect(complete(sync)).toBe(0);
  });
});

describe('a poll', () => {
  test('waits for its mask as it was last set', () => {
    using pipe = new Pipe();
    const poll = new PollOperation({ file: pipe.readEnd, mask: 0 });
    pipe.fill();
    context.submit(poll);
    expect(context.getEvents(1, 1, 1_000_000n)).toEqual([]);
    expect(context.cancel(poll)).toBe(true);
    expect(context.getEvents(1, 1)[0]?.result).toBe(0);
    poll.mask = POLLIN;
    expect(complete(poll)).toBe(POLLIN);
  });

  test('of a regular file is ready at once', () => {
    expect(complete(new PollOperation({ file: fd, mask: POLLIN }))).toBe(POLLIN);
  });
});

describe('a priority', () => {
  test('is set as a class and a level, together or one by one', () => {
    const read = new ReadOperation({
      file: fd,
      buffer: view(),
      priorityClass: IOPRIO_CLASS_BE,
      priorityLevel: 7,
    });
    expect(complete(read)).toBe(64);
    read.setPriority(IOPRIO_CLASS_IDLE, 0);
    expect(read).toMatchObject({ priorityClass: IOPRIO_CLASS_IDLE, priorityLevel: 0 });
    expect(complete(read)).toBe(64);
    // A level without a class, which the kernel would refuse, counts once there is a class.
    read.priorityClass = IOPRIO_CLASS_NONE;
    read.priorityLevel = 3;
    expect(complete(read)).toBe(64);
    read.priorityClass = IOPRIO_CLASS_BE;
    expect(read).toMatchObject({ priorityClass: IOPRIO_CLASS_BE, priorityLevel: 3 });
    expect(complete(read)).toBe(64);
  });
});

describe('an eventfd of its own', () => {
  test('is signalled by the kernel, and getEvents collects the event', async () => {
    using eventfd = new EventFd();
    const read = new ReadOperation({ file: fd, buffer: view(), eventfd: eventfd.fd });
    context.submit(read);
    expect(await eventfd.signal()).toBe(1);
    expect(context.getEvents(1, 1, 0n)[0]?.operation).toBe(read);
    read.eventfd = null;
    expect((await context.run(read)).result).toBe(64);
  });

  test('cannot be awaited, which is said at once', async () => {
    using eventfd = new EventFd();
    using pipe = new Pipe();
    const poll = new PollOperation({ file: pipe.readEnd, mask: POLLIN, eventfd: eventfd.fd });
    const refused = { code: 'ERR_INVALID_STATE' };
    await expect(context.run(poll)).rejects.toMatchObject(refused);
    context.submit(poll);
    await expect(context[Symbol.asyncIterator]().next()).rejects.toMatchObject(refused);
    pipe.fill();
    expect(context.getEvents(1, 1)).toHaveLength(1);
    // Nor can one be submitted while an iteration waits.
    pipe.drain();
    const heard = new PollOperation({ file: pipe.readEnd, mask: POLLIN });
    context.submit(heard);
    const next = context[Symbol.asyncIterator]().next();
    expectCode(() => context.submit(poll), 'ERR_INVALID_STATE');
    pipe.fill();
    expect((await next).value?.operation).toBe(heard);
  });

  test('that is none is refused by the kernel', () => {
    const read = new ReadOperation({ file: fd, buffer: view(), eventfd: fd });
    expectCode(() => complete(read), 'EINVAL');
    read.eventfd = 2 ** 30;
    expectCode(() => complete(read), 'EBADF');
    expect(read.inFlight).toBe(false);
  });

  test('does not keep a context from being closed', async () => {
    using eventfd = new EventFd();
    const own = new AioContext({ maxInFlight: 2 });
    using pipe = new Pipe();
    own.submit(new PollOperation({ file: pipe.readEnd, mask: POLLIN, eventfd: eventfd.fd }));
    await own[Symbol.asyncDispose]();
    expect(own.inFlight).toBe(0);
  });
});

describe('an operation in flight', () => {
  test('refuses every change, and takes it once its event was collected', () => {
    using pipe = new Pipe();
    const poll = new PollOperation({ file: pipe.readEnd, mask: POLLIN });
    context.submit(poll);
    const changes: Record<string, () => unknown> = {
      file: () => (poll.file = fd),
      mask: () => (poll.mask = 0),
      eventfd: () => (poll.eventfd = null),
      priority: () => (poll.priorityLevel = 1),
      command: () => poll.convert(FsyncOperation),
    };
    for (const [property, change] of Object.entries(changes)) {
      const error = thrown(change) as Error;
      expect(error).toMatchObject({ code: 'ERR_AIO_IN_FLIGHT' });
      expect(error.message).toContain(property);
    }
    pipe.fill();
    expect(context.getEvents(1, 1)).toHaveLength(1);
    for (const change of Object.values(changes)) change();
  });

  test('of a transfer refuses every change as well', () => {
    const { fd: file } = scratch('x');
    const read = new ReadOperation({ file, buffer: view() });
    const readv = new ReadvOperation({ file, buffers: [view()] });
    context.submit(read, readv);
    for (const change of [
      () => (read.buffer = view()),
      () => (read.length = 1),
      () => (read.offset = 1),
      () => (read.flags = 0),
      () => (readv.buffers = []),
    ]) {
      expectCode(change, 'ERR_AIO_IN_FLIGHT');
    }
    expect(context.getEvents(2, 2)).toHaveLength(2);
  });
});

describe('bad values are refused before the kernel sees them:', () => {
  const good = (): ReadOperation => new ReadOperation({ file: fd, buffer: view() });
  const cases: Record<string, [work: () => unknown, code: string]> = {
    'no options': [() => new ReadOperation(null as never), 'ERR_INVALID_ARG_TYPE'],
    'no file': [() => new FsyncOperation({} as never), 'ERR_INVALID_ARG_TYPE'],
    'a file that is a path': [() => (good().file = 'file' as never), 'ERR_INVALID_ARG_TYPE'],
    'a negative file': [() => (good().file = -1), 'ERR_OUT_OF_RANGE'],
    'half a file': [() => (good().file = 1.5), 'ERR_OUT_OF_RANGE'],
    'no buffer': [() => new ReadOperation({ file: fd } as never), 'ERR_INVALID_ARG_TYPE'],
    'a string to read into': [
      () => new ReadOperation({ file: fd, buffer: 'immutable' as never }),
      'ERR_INVALID_ARG_TYPE',
    ],
    'an ArrayBuffer': [() => (good().buffer = new ArrayBuffer(8) as never), 'ERR_INVALID_ARG_TYPE'],
    'a length beyond the buffer': [() => (good().length = 65), 'ERR_OUT_OF_RANGE'],
    'a negative length': [() => (good().length = -1), 'ERR_OUT_OF_RANGE'],
    'a length that is a bigint': [() => (good().length = 1n as never), 'ERR_INVALID_ARG_TYPE'],
    'a negative offset': [() => (good().offset = -1), 'ERR_OUT_OF_RANGE'],
    'a negative offset that is a bigint': [() => (good().offset = -1n), 'ERR_OUT_OF_RANGE'],
    'an offset of 2^63': [() => (good().offset = 2n ** 63n), 'ERR_OUT_OF_RANGE'],
    'an offset that is no safe integer': [() => (good().offset = 2 ** 53), 'ERR_OUT_OF_RANGE'],
    'half an offset': [() => (good().offset = 0.5), 'ERR_OUT_OF_RANGE'],
    'an offset that is a string': [() => (good().offset = '0' as never), 'ERR_INVALID_ARG_TYPE'],
    'negative flags': [() => (good().flags = -1), 'ERR_OUT_OF_RANGE'],
    'flags of 33 bits': [() => (good().flags = 2 ** 32), 'ERR_OUT_OF_RANGE'],
    '1025 buffers': [
      () => new ReadvOperation({ file: fd, buffers: new Array<Buffer>(1025).fill(view()) }),
      'ERR_OUT_OF_RANGE',
    ],
    'a buffer in the place of several': [
      () => new ReadvOperation({ file: fd, buffers: view() as never }),
      'ERR_INVALID_ARG_TYPE',
    ],
    'a hole among buffers': [
      () => new ReadvOperation({ file: fd, buffers: [view(), undefined as never] }),
      'ERR_INVALID_ARG_TYPE',
    ],
    'a mask of 17 bits': [() => new PollOperation({ file: fd, mask: 0x10000 }), 'ERR_OUT_OF_RANGE'],
    'no mask': [() => new PollOperation({ file: fd } as never), 'ERR_INVALID_ARG_TYPE'],
    'a class of priority that is none': [() => (good().priorityClass = 4), 'ERR_OUT_OF_RANGE'],
    'a level of 8': [() => (good().priorityLevel = 8), 'ERR_OUT_OF_RANGE'],
    'a negative eventfd': [() => (good().eventfd = -1), 'ERR_OUT_OF_RANGE'],
  };
  test.for(Object.keys(cases))('%s', (name) => {
    const [work, code] = cases[name]!;
    expectCode(work, code);
  });

  test.for([2 ** 31, 2 ** 32, -(2 ** 32)])(
    'an object whose descriptor is %i more',
    async (more) => {
      const read = new ReadOperation({ file: { fd: fd + more }, buffer: view() });
      const refused = { code: 'ERR_OUT_OF_RANGE' };
      expect(thrown(() => context.submit(read))).toMatchObject(refused);
      await expect(context.run(read)).rejects.toMatchObject(refused);
      expect(read.inFlight).toBe(false);
    },
  );

  test('an offset of 2^63 - 1 is the kernel’s to refuse', () => {
    const read = good();
    read.offset = 2n ** 63n - 1n;
    expectCode(() => complete(read), 'EINVAL');
    read.offset = 2n ** 53n;
    expect([0, undefined]).toContain(beyond(read));
  });

  /** What is behind the end of the largest file is either nothing, or not to be had. */
  function beyond(read: ReadOperation): number | undefined {
    try {
      return complete(read);
    } catch (error) {
      expect(['EINVAL', 'EFBIG']).toContain((error as NodeJS.ErrnoException).code);
      return undefined;
    }
  }
});

describe('memory that is gone', () => {
  const gone = { code: 'ERR_INVALID_STATE' };

  test('is noticed at submission: a buffer that was transferred', async () => {
    const buffers = [new Uint8Array(64), new DataView(new ArrayBuffer(64))];
    for (const buffer of buffers) {
      const read = new ReadOperation({ file: fd, buffer });
      const readv = new ReadvOperation({ file: fd, buffers: [view(), buffer] });
      structuredClone(buffer.buffer, { transfer: [buffer.buffer] });
      for (const operation of [read, readv]) {
        expect(thrown(() => context.submit(operation))).toMatchObject(gone);
        await expect(context.run(operation)).rejects.toMatchObject(gone);
        expect(operation.inFlight).toBe(false);
      }
      read.buffer = view();
      expect(complete(read)).toBe(64);
    }
  });

  test('is noticed where it went between the call and the submission', async () => {
    const buffer = new Uint8Array(64);
    const run = context.run(new ReadOperation({ file: fd, buffer }));
    structuredClone(buffer.buffer, { transfer: [buffer.buffer] });
    await expect(run).rejects.toMatchObject(gone);
  });

  test('is noticed at submission: a buffer that was resized to less', () => {
    const memory = new Resizable(64, { maxByteLength: 128 });
    const read = new ReadOperation({ file: fd, buffer: new Uint8Array(memory) });
    memory.resize(32);
    expect(thrown(() => context.submit(read))).toMatchObject(gone);
    memory.resize(128);
    expect(complete(read)).toBe(64);
    expect(Buffer.from(memory, 0, 64).equals(at(0, 64))).toBe(true);
  });
});

describe('conversion', () => {
  type Make = (file: number) => AioOperation;
  const makes: Record<string, Make> = {
    read: (file) => new ReadOperation({ file, buffer: view(), offset: 8 }),
    write: (file) => new WriteOperation({ file, buffer: Buffer.alloc(64, 'w'), offset: 8 }),
    readv: (file) => new ReadvOperation({ file, buffers: [view()], offset: 8 }),
    writev: (file) => new WritevOperation({ file, buffers: [Buffer.alloc(64, 'v')], offset: 8 }),
    fsync: (file) => new FsyncOperation({ file }),
    fdatasync: (file) => new FdatasyncOperation({ file }),
    poll: (file) => new PollOperation({ file, mask: POLLIN }),
  };
  const classes = {
    read: ReadOperation,
    write: WriteOperation,
    readv: ReadvOperation,
    writev: WritevOperation,
    fsync: FsyncOperation,
    fdatasync: FdatasyncOperation,
    poll: PollOperation,
  };
  /** What such a one needs that one without memory, or without a mask, does not have. */
  const needs: Record<string, object> = {
    read: { buffer: view() },
    write: { buffer: Buffer.alloc(64, 'n') },
    readv: { buffers: [view()] },
    writev: { buffers: [Buffer.alloc(64, 'n')] },
    poll: { mask: POLLIN },
  };
  const results: Record<string, number> = { fsync: 0, fdatasync: 0, poll: POLLIN };
  const transfers = ['read', 'write', 'readv', 'writev'];
  const pairs = Object.keys(makes).flatMap((from) => Object.keys(makes).map((to) => [from, to]));

  test.for(pairs as [string, string][])('of a %s to a %s keeps what applies', ([from, to]) => {
    const { fd: file } = scratch('0'.repeat(128));
    const old = makes[from]!(file);
    old.setPriority(IOPRIO_CLASS_BE, 5);
    complete(old);
    const Class = classes[to as keyof typeof classes];
    const keepsMemory = transfers.includes(from) && transfers.includes(to);
    const given = keepsMemory || from === to ? {} : (needs[to] ?? {});
    const converted = (old as FsyncOperation).convert<AioOperation, object>(Class as never, given);
    expect(converted).toBeInstanceOf(Class);
    expect(converted).toMatchObject({
      command: to,
      file,
      priorityClass: IOPRIO_CLASS_BE,
      priorityLevel: 5,
    });
    if (from === to) expect(converted).toBe(old);
    else expectCode(() => context.submit(old), 'ERR_AIO_CONVERTED');
    if (keepsMemory) {
      expect(converted).toMatchObject({ offset: 8 });
      const memory = (operation: AioOperation): unknown =>
        'buffer' in operation ? operation.buffer : (operation as ReadvOperation).buffers[0];
      expect(memory(converted)).toBe(memory(old));
    }
    expect(complete(converted)).toBe(results[to] ?? 64);
  });

  test('makes the old operation refuse every use, and say why', async () => {
    const read = new ReadOperation({ file: fd, buffer: view() });
    const write = read.convert(WriteOperation);
    const uses = [
      () => (read.offset = 1),
      () => (read.buffer = view()),
      () => (read.file = fd),
      () => read.convert(FsyncOperation),
      () => context.submit(read),
    ];
    for (const use of uses) {
      expect(thrown(use)).toMatchObject({
        code: 'ERR_AIO_CONVERTED',
        message: 'This read operation was converted to a write operation: use that one',
      });
    }
    await expect(context.run(read)).rejects.toMatchObject({ code: 'ERR_AIO_CONVERTED' });
    expect(context.cancel(read)).toBe(false);
    expect(write.inFlight).toBe(false);
  });

  test('without what the other needs leaves the old operation as it was', () => {
    const sync = new FsyncOperation({ file: fd });
    expectCode(() => sync.convert(ReadOperation), 'ERR_INVALID_ARG_TYPE');
    expectCode(() => sync.convert(PollOperation), 'ERR_INVALID_ARG_TYPE');
    const readv = new ReadvOperation({ file: fd, buffers: [view(), view()] });
    // Of two buffers neither is the one.
    expectCode(() => readv.convert(ReadOperation), 'ERR_INVALID_ARG_TYPE');
    expect(complete(sync)).toBe(0);
    expect(complete(readv)).toBe(128);
    expect(complete(readv.convert(ReadOperation, { buffer: view() }))).toBe(64);
  });

  test('takes what is to be different, and a length only with its buffer', () => {
    const read = new ReadOperation({ file: fd, buffer: view(), length: 16, offset: 8 });
    const readv = read.convert(ReadvOperation);
    expect(readv.buffers.map(({ byteLength }) => byteLength)).toEqual([16]);
    const again = readv.convert(ReadOperation, { offset: 0 });
    expect(again).toMatchObject({ length: 16, offset: 0 });
    again.length = 4;
    const other = again.convert(ReadOperation, { buffer: Buffer.alloc(32) });
    expect(other).not.toBe(again);
    expect(other.length).toBe(32);
    expect(complete(other)).toBe(32);
  });

  test('keeps an eventfd, flags and the handle', async () => {
    const handle = await nodeOpen(folder.file('file'), 'r+');
    const eventfd = new EventFd();
    const read = new ReadOperation({
      file: handle,
      buffer: view(),
      flags: RWF_NOWAIT,
      eventfd: eventfd.fd,
    });
    const readv = read.convert(ReadvOperation);
    expect(readv).toMatchObject({ file: handle, flags: RWF_NOWAIT, eventfd: eventfd.fd });
    expect(readv.convert(FsyncOperation)).toMatchObject({ file: handle, eventfd: eventfd.fd });
    eventfd[Symbol.dispose]();
    await handle.close();
  });

  test.for([undefined, null, 'write', Object, Buffer])('to %o is a type error', (to) => {
    const read = new ReadOperation({ file: fd, buffer: view() });
    expectCode(() => read.convert(to as never), 'ERR_INVALID_ARG_TYPE');
    expect(complete(read)).toBe(64);
  });
});

test('a direct read takes aligned memory at an aligned offset, and gives EINVAL for another offset', () => {
  const direct = openFile(folder.file('file'), constants.O_RDONLY | constants.O_DIRECT);
  const buffer = allocAligned(4096);
  const read = new ReadOperation({ file: direct, buffer });
  expect(complete(read)).toBe(4096);
  expect(buffer.equals(at(0, 4096))).toBe(true);
  read.offset = 1;
  expectCode(() => complete(read), 'EINVAL');
});
