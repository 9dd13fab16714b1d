// The file of an operation may be somebody's object, whose getter for `fd` may do anything: what it does is done before
// anything is begun, and nothing that is gone or changed by then gets to the kernel.
import { closeSync, openSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AioContext, ReadOperation, open } from '../src/index.js';
import { Vectors } from '../src/engine/vectors.js';
import { numberedBytes, writeNumbered } from './support/page-cache.js';
import { TempFolder } from './support/temp-folder.js';

const BYTES = 4096;

let folder: TempFolder;
let fd: number;
beforeAll(() => {
  folder = new TempFolder();
  writeNumbered(folder.file('file'), BYTES);
  fd = openSync(folder.file('file'), 'r');
});
afterAll(() => {
  closeSync(fd);
  folder[Symbol.dispose]();
});

/** Something with a descriptor that does something when it is asked for it, once it is let to. */
class Asked {
  does: (() => void) | null = null;
  get fd(): number {
    const { does } = this;
    this.does = null;
    does?.();
    return fd;
  }
}

/** Moves the memory to where an operation must not write. */
const transferAway = (buffer: Uint8Array<ArrayBuffer>): Uint8Array =>
  new Uint8Array(structuredClone(buffer.buffer, { transfer: [buffer.buffer] }));

const gone = { code: 'ERR_INVALID_STATE' };

test('memory that another operation’s file takes away is not submitted', async () => {
  await using context = new AioContext();
  const buffer = new Uint8Array(BYTES);
  let moved = new Uint8Array();
  const file = new Asked();
  const first = new ReadOperation({ file: fd, buffer });
  const second = new ReadOperation({ file, buffer: Buffer.alloc(8) });
  file.does = () => (moved = transferAway(buffer) as never);
  expect(() => context.submit(first, second)).toThrow(
    expect.objectContaining({ ...gone, submitted: 0, operation: first }),
  );
  expect(moved.every((byte) => byte === 0)).toBe(true);
  expect([context.inFlight, first.inFlight, second.inFlight]).toEqual([0, false, false]);
  expect(context.submit(second)).toBe(1);
  expect(context.getEvents(1, 1)).toHaveLength(1);
});

test('memory that the file of what is run behind it takes away is not submitted', async () => {
  await using context = new AioContext();
  const buffer = new Uint8Array(BYTES);
  let moved = new Uint8Array();
  const file = new Asked();
  const first = context.run(new ReadOperation({ file: fd, buffer }));
  const second = context.run(new ReadOperation({ file, buffer: Buffer.alloc(8) }));
  file.does = () => (moved = transferAway(buffer) as never);
  await expect(first).rejects.toMatchObject(gone);
  expect(await second).toMatchObject({ result: 8 });
  expect(moved).toHaveLength(BYTES);
  expect(moved.every((byte) => byte === 0)).toBe(true);
});

test('a file that submits another operation, which takes the room, makes its own wait', async () => {
  await using context = new AioContext({ maxInFlight: 1 });
  const file = new Asked();
  const other = new ReadOperation({ file: fd, buffer: Buffer.alloc(16) });
  const run = context.run(new ReadOperation({ file, buffer: Buffer.alloc(8) }));
  file.does = () => context.submit(other);
  await new Promise((resolve) => process.nextTick(resolve));
  expect(context.getEvents(1, 1)).toMatchObject([{ operation: other, result: 16 }]);
  expect(await run).toMatchObject({ result: 8 });
});

test('a file that has its own operation cancelled has nothing submitted', async () => {
  await using context = new AioContext();
  const file = new Asked();
  const read = new ReadOperation({ file, buffer: Buffer.alloc(8) });
  const run = context.run(read);
  file.does = () => context.cancel(read);
  await expect(run).rejects.toMatchObject({ code: 'ECANCELED' });
  expect(context.inFlight).toBe(0);
  expect(context.getEvents(0, 8)).toEqual([]);
  expect(context.submit(read)).toBe(1);
  expect(context.getEvents(1, 1)).toMatchObject([{ result: 8 }]);
});

test('what is taken back before it goes, or has lost its memory, keeps nobody behind it waiting', async () => {
  await using context = new AioContext({ maxInFlight: 1 });
  const controller = new AbortController();
  const buffers = Array.from({ length: 3 }, () => new Uint8Array(8));
  const [given, lost] = [{ signal: controller.signal }, {}].map((patience) =>
    buffers.map((buffer) => context.run(new ReadOperation({ file: fd, buffer }), patience)),
  ) as [Promise<unknown>[], Promise<unknown>[]];
  const last = context.run(new ReadOperation({ file: fd, buffer: Buffer.alloc(16) }));
  const all = Promise.allSettled([...given, ...lost]);
  controller.abort();
  buffers.forEach(transferAway);
  expect(await last).toMatchObject({ result: 16 });
  expect((await all).map(({ status }) => status)).toEqual(new Array(6).fill('rejected'));
  await expect(given[0]).rejects.toMatchObject({ name: 'AbortError' });
  await expect(lost[0]).rejects.toMatchObject(gone);
});

test('a file that closes the context has nothing submitted', () => {
  const context = new AioContext();
  const file = new Asked();
  const read = new ReadOperation({ file, buffer: Buffer.alloc(8) });
  file.does = () => {
    context.close();
  };
  expect(() => context.submit(read)).toThrow(
    expect.objectContaining({ code: 'ERR_AIO_CONTEXT_CLOSED' }),
  );
  expect(read.inFlight).toBe(false);
});

test('a file that submits the operation it is set for stays what it was', async () => {
  await using context = new AioContext();
  const read = new ReadOperation({ file: fd, buffer: Buffer.alloc(8) });
  const file = new Asked();
  file.does = () => context.submit(read);
  expect(() => (read.file = file)).toThrow(expect.objectContaining({ code: 'ERR_AIO_IN_FLIGHT' }));
  expect(read.file).toBe(fd);
  expect(context.getEvents(1, 1)).toHaveLength(1);
});

test('a subclass with a buffer of its own has the length that is set', async () => {
  await using context = new AioContext();
  class Eager extends ReadOperation {
    override get buffer(): Buffer {
      context.submit(this);
      context.getEvents(1, 1);
      return super.buffer as Buffer;
    }
    override set buffer(buffer: Buffer) {
      super.buffer = buffer;
    }
  }
  const memory = Buffer.alloc(64);
  const read = new Eager({ file: fd, buffer: memory });
  read.length = 8;
  context.submit(read);
  expect(context.getEvents(1, 1)).toMatchObject([{ result: 8 }]);
  expect(memory.subarray(8).every((byte) => byte === 0)).toBe(true);
});

test('what is left of several pieces, one of which has been detached, can be told', () => {
  const buffer = new Uint8Array(8);
  transferAway(buffer);
  const last = new Uint8Array(16);
  const rest = new Vectors([new Uint8Array(4), buffer, last]).after(6);
  expect(rest?.views.map(({ byteLength }) => byteLength)).toEqual([14]);
  expect(rest?.views[0]?.byteOffset).toBe(2);
});

test('of several pieces nothing is left where one is detached while the first are being read', () => {
  const pieces = [4, 8, 16].map((length) => new Uint8Array(length));
  const vectors = new Vectors(pieces);
  transferAway(pieces[0]!);
  expect(vectors.after(4)?.views).toHaveLength(2);
  expect(vectors.after(2)).toBeNull();
  transferAway(pieces[1]!);
  expect(vectors.after(4)).toBeNull();
  expect(vectors.after(12)?.views).toHaveLength(1);
});

/** ES2024, which Node 20 has. */
type Resizable = ArrayBuffer & { resize(bytes: number): void };

test('memory that did not reach as far when it was set is read into where it is', async () => {
  await using context = new AioContext();
  const buffer = Reflect.construct(ArrayBuffer, [64, { maxByteLength: 64 }]) as Resizable;
  const view = new Uint8Array(buffer, 32, 16);
  buffer.resize(16);
  const read = new ReadOperation({ file: fd, buffer: view });
  expect(read.length).toBe(0);
  buffer.resize(64);
  read.length = 8;
  context.submit(read);
  expect(context.getEvents(1, 1)).toMatchObject([{ result: 8 }]);
  expect(Buffer.from(buffer, 32, 8)).toEqual(numberedBytes(8));
  expect(new Uint8Array(buffer, 0, 32).every((byte) => byte === 0)).toBe(true);
});

test('a DataView whose memory is gone rejects', async () => {
  const handle = await open(folder.file('file'));
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  transferAway(bytes);
  await expect(handle.read(view)).rejects.toBeInstanceOf(TypeError);
  await expect(handle.read(view, 0, 8, 0)).rejects.toBeInstanceOf(Error);
  await handle.close();
});
