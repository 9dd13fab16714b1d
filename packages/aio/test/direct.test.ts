// Direct I/O of any alignment: a handle that was opened with `direct: true` does what a buffered one does.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  constants,
  existsSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { open as nodeOpen } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { MessageChannel } from 'node:worker_threads';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type AioFileHandle, alignedBuffer, open, stats } from '../src/index.js';
import { collectGarbageUntil } from './support/collect-garbage.js';
import { cachedBytes, evict, numberedBytes, writeNumbered } from './support/page-cache.js';
import { rounds } from './support/rounds.js';
import { TempFolder } from './support/temp-folder.js';

const { O_APPEND, O_CREAT, O_DIRECT, O_RDONLY, O_RDWR, O_WRONLY } = constants;
const MIB = 1 << 20;

let folder: TempFolder;
beforeAll(() => {
  folder = new TempFolder();
});
afterAll(() => folder[Symbol.dispose]());

let files = 0;
function newPath(parent: TempFolder = folder): string {
  return parent.file(`direct-${files++}`);
}

/** Closed when the test has ended. */
async function openDirect(path: string, flags: string | number): Promise<AioFileHandle> {
  const handle = await open(path, flags, { direct: true, backend: 'kernel' });
  onTestFinished(() => handle.close());
  return handle;
}

function descriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

/** Memory that is aligned to nothing but a byte. */
function oddBuffer(bytes: number): Buffer {
  return Buffer.from(new ArrayBuffer(bytes + 1), 1, bytes);
}

/** Numbers next to multiples of a sector, a page and a piece more often than elsewhere. */
const near = (max: number): fc.Arbitrary<number> =>
  fc.oneof(
    fc.nat({ max }),
    fc
      .tuple(
        fc.constantFrom(512, 4096),
        fc.nat({ max: Math.floor(max / 512) }),
        fc.constantFrom(-1, 0, 0, 0, 1),
      )
      .map(([unit, times, off]) => Math.min(Math.max(unit * times + off, 0), max)),
  );

/** Where memory begins: aligned, or not. */
const memoryOffset = fc.constantFrom(0, 0, 1, 512, 513);
function memoryAt(offset: number, bytes: number): Buffer {
  return alignedBuffer(offset + bytes).subarray(offset);
}

interface Model {
  bytes: Buffer;
  position: number;
}

function put(model: Model, bytes: Buffer, position: number): void {
  const end = position + bytes.length;
  if (bytes.length > 0 && end > model.bytes.length) {
    model.bytes = Buffer.concat([model.bytes, Buffer.alloc(end - model.bytes.length)]);
  }
  bytes.copy(model.bytes, position);
}

type Step = (handle: AioFileHandle, model: Model) => Promise<void>;

const SIZE = 40_000;
const length = near(12_000);
const where = fc.option(near(SIZE), { freq: 4 });
const lengths = fc.array(near(9000), { minLength: 1, maxLength: 4 });

function contents(bytes: number, seed: number, offset = 0): Buffer {
  const memory = memoryAt(offset, bytes);
  for (let i = 0; i < bytes; i++) memory[i] = (seed + i * 7 + (i >> 8)) & 0xff;
  return memory;
}

/** Where a call went, in the model. */
function placed(model: Model, position: number | null, moved: (from: number) => number): void {
  const from = position ?? model.position;
  const count = moved(from);
  if (position === null) model.position = from + count;
}

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc
    .tuple(length, where, memoryOffset)
    .map(([bytes, position, offset]): Step => async (handle, model) => {
      const memory = memoryAt(offset, bytes);
      const { bytesRead } = await handle.read(memory, 0, bytes, position);
      placed(model, position, (from) => {
        const expected = model.bytes.subarray(from, from + bytes);
        expect(memory.subarray(0, bytesRead).equals(expected)).toBe(true);
        return bytesRead;
      });
    }),
  fc
    .tuple(lengths, where, memoryOffset)
    .map(([each, position, offset]): Step => async (handle, model) => {
      const memory = each.map((bytes) => memoryAt(offset, bytes));
      const { bytesRead } = await handle.readv(memory, position, {});
      placed(model, position, (from) => {
        const whole = Buffer.concat(memory);
        expect(
          whole.subarray(0, bytesRead).equals(model.bytes.subarray(from, from + whole.length)),
        ).toBe(true);
        return bytesRead;
      });
    }),
  fc
    .tuple(length, where, memoryOffset, fc.nat(255))
    .map(([bytes, position, offset, seed]): Step => async (handle, model) => {
      const memory = contents(bytes, seed, offset);
      expect((await handle.write(memory, 0, bytes, position)).bytesWritten).toBe(bytes);
      placed(model, position, (from) => {
        put(model, memory, from);
        return bytes;
      });
    }),
  fc
    .tuple(lengths, where, memoryOffset, fc.nat(255))
    .map(([each, position, offset, seed]): Step => async (handle, model) => {
      const memory = each.map((bytes) => contents(bytes, seed, offset));
      await handle.writev(memory, position, {});
      placed(model, position, (from) => {
        const whole = Buffer.concat(memory);
        put(model, whole, from);
        return whole.length;
      });
    }),
  near(SIZE).map((size): Step => async (handle, model) => {
    await handle.truncate(size);
    const { bytes } = model;
    model.bytes = Buffer.concat([bytes.subarray(0, size)], size);
  }),
  fc
    .array(fc.tuple(near(SIZE), length), { maxLength: 8 })
    .map((all): Step => async (handle, model) => {
      const requests = all.map(([position, bytes]) => ({ position, buffer: oddBuffer(bytes) }));
      const { results } = await handle.readMany(requests);
      for (const [index, { position, buffer }] of requests.entries()) {
        const expected = model.bytes.subarray(position, position + buffer.length);
        expect(buffer.subarray(0, results[index]).equals(expected)).toBe(true);
      }
    }),
  fc.constant<Step>(async (handle, model) => {
    const rest = model.bytes.subarray(model.position);
    expect((await handle.readFile()).equals(rest)).toBe(true);
    model.position = Math.max(model.position, model.bytes.length);
  }),
  fc.nat(255).map((seed): Step => async (handle, model) => {
    const bytes = contents(3000, seed);
    await handle.writeFile(bytes);
    put(model, bytes, model.position);
    model.position += bytes.length;
  }),
);

describe('whatever the alignment', () => {
  test.for(['a disk', 'tmpfs'])(
    'all calls do what they do to bytes in memory: on %s',
    async (kind) => {
      using memory = new TempFolder(kind === 'tmpfs' ? '/dev/shm' : undefined);
      const path = newPath(memory);
      await fc.assert(
        fc.asyncProperty(fc.array(steps, { maxLength: 25 }), async (calls) => {
          const handle = await open(path, 'w+', { direct: true, backend: 'kernel' });
          const model: Model = { bytes: Buffer.alloc(0), position: 0 };
          try {
            for (const call of calls) await call(handle, model);
          } finally {
            await handle.close();
          }
          expect(readFileSync(path).equals(model.bytes)).toBe(true);
        }),
        { numRuns: rounds(2000, 150) },
      );
    },
  );

  test('writes at once that do not overlap all arrive, aligned or not, in whichever block', async () => {
    const unit = 512;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.constant(unit), fc.integer({ min: 1, max: 3 * unit })), {
          minLength: 2,
          maxLength: 60,
        }),
        memoryOffset,
        async (cuts, offset) => {
          const path = newPath();
          const handle = await openDirect(path, 'w+');
          const whole = contents(
            cuts.reduce((sum, bytes) => sum + bytes, 0),
            cuts.length,
          );
          await handle.truncate(whole.length);
          let at = 0;
          const writes = cuts.map((bytes) => {
            const memory = memoryAt(offset, bytes);
            whole.copy(memory, 0, at, at + bytes);
            const write = handle.write(memory, 0, bytes, at);
            at += bytes;
            return write;
          });
          await Promise.all(writes);
          await handle.datasync();
          const back = Buffer.alloc(whole.length);
          await handle.read(back, 0, back.length, 0);
          expect(back.equals(whole)).toBe(true);
          evict(path);
          expect(readFileSync(path).equals(whole)).toBe(true);
        },
      ),
      { numRuns: rounds(200, 20) },
    );
  });

  test('a long transfer goes in pieces, and ends where the file does', async () => {
    const path = newPath();
    const bytes = writeNumbered(path, 3 * MIB + 777);
    const handle = await openDirect(path, 'r+');
    const memory = oddBuffer(4 * MIB);
    expect((await handle.read(memory, 0, memory.length, 5)).bytesRead).toBe(bytes.length - 5);
    expect(memory.subarray(0, bytes.length - 5).equals(bytes.subarray(5))).toBe(true);
    expect((await handle.read(memory, 0, 10, bytes.length)).bytesRead).toBe(0);
    expect((await handle.read(memory, 0, 10, bytes.length + 1)).bytesRead).toBe(0);
    const odd = oddBuffer(2 * MIB + 4096).fill('x');
    expect((await handle.write(odd, 0, odd.length, 4096)).bytesWritten).toBe(odd.length);
    odd.copy(bytes, 4096);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  test('streams and whole files', async () => {
    const path = newPath();
    const bytes = numberedBytes(200_001);
    const handle = await openDirect(path, 'w+');
    await handle.writeFile(bytes);
    const chunks: Buffer[] = [];
    const reader = await openDirect(path, 'r');
    const stream = reader.createReadStream({ start: 3, highWaterMark: 10_001 });
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).equals(bytes.subarray(3))).toBe(true);
    const writer = await openDirect(path, 'r+');
    const into = writer.createWriteStream({ start: 7 });
    into.write(bytes.subarray(0, 5000));
    into.end('end');
    await once(into, 'close');
    Buffer.concat([bytes.subarray(0, 5000), Buffer.from('end')]).copy(bytes, 7);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  test('a web stream', async () => {
    const path = newPath();
    const bytes = writeNumbered(path, 70_001);
    const handle = await openDirect(path, 'r');
    const chunks: Uint8Array[] = [];
    for await (const chunk of handle.readableWebStream()) chunks.push(chunk as Uint8Array);
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
  });

  test('calls that are out of the ordinary', async () => {
    const path = newPath();
    const handle = await openDirect(path, 'w+');
    expect(await handle.write('abcdef', 1, 'hex')).toEqual({ bytesWritten: 3, buffer: 'abcdef' });
    const pieces = Array.from({ length: 2500 }, (_, i) => Buffer.from([i & 0xff]));
    expect((await handle.writev(pieces, 4)).bytesWritten).toBe(2500);
    const back = Array.from({ length: 2500 }, () => Buffer.alloc(1));
    expect((await handle.readv(back, 4)).bytesRead).toBe(2500);
    expect(Buffer.concat(back).equals(Buffer.concat(pieces))).toBe(true);
    const two = Buffer.alloc(2);
    await handle.read(two, { position: 2n });
    expect(two.toString('hex')).toBe('cdef');
    await handle.truncate(0);
    const inPlace = await openDirect(path, 'r+');
    await inPlace.write('ab', -1);
    await inPlace.write(Buffer.from('cd'), 0, 2, -1);
    await inPlace.writev([Buffer.from('ef'), Buffer.from('g')], -1);
    expect(readFileSync(path, 'latin1')).toBe('abcdefg');
    await handle.truncate(0);
    await handle.writeFile(
      ['one ', 'two ', Buffer.from('three')] as unknown as string,
      {
        flush: true,
      } as object,
    );
    expect(readFileSync(path, 'latin1')).toBe('one two three');
    expect(await handle.read(Buffer.alloc(0), 0, 0, 0)).toMatchObject({ bytesRead: 0 });
    await expect(handle.read(Buffer.alloc(1), 0, 2, 0)).rejects.toThrow(RangeError);
    await expect(handle.write('abc', 0, 'hex')).rejects.toThrow(TypeError);
    expect((await handle.write('ä', 0, 'nothing' as BufferEncoding)).bytesWritten).toBe(2);
  });

  test('writeMany', async () => {
    const path = newPath();
    const handle = await openDirect(path, 'w+');
    const bytes = numberedBytes(100 * 333);
    const positions = Array.from({ length: 100 }, (_, i) => i * 333);
    const buffer = memoryAt(1, bytes.length);
    bytes.copy(buffer);
    const written = handle.writeMany({ buffer, positions, lengths: 333 });
    await handle.sync();
    expect((await written).orThrow().bytes).toBe(bytes.length);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });
});

describe('appending', () => {
  test.for(['a', 'a+', 'as', O_WRONLY | O_CREAT | O_APPEND])('with flags %s', async (flags) => {
    const path = newPath();
    const handle = await openDirect(path, flags);
    const pieces = [3, 4096, 509, 4096, 8192].map((bytes, i) => contents(bytes, i));
    for (const piece of pieces) await handle.appendFile(piece);
    await Promise.all(Array.from({ length: 50 }, (_, i) => handle.write(String(i % 10).repeat(7))));
    const sum = pieces.reduce((all, { length: bytes }) => all + bytes, 0);
    const found = readFileSync(path);
    expect(found.subarray(0, sum).equals(Buffer.concat(pieces))).toBe(true);
    expect(found.subarray(sum).toString('latin1')).toMatch(/^((\d)\2{6}){50}$/);
  });
});

describe('what is aligned', () => {
  test('leaves the page cache alone, and so do reads that are not', async () => {
    const path = newPath();
    const bytes = writeNumbered(path, MIB);
    evict(path);
    const before = descriptors();
    const handle = await openDirect(path, 'r+');
    const memory = alignedBuffer(65_536);
    await handle.read(memory, 0, memory.length, 65_536);
    expect(memory.equals(bytes.subarray(65_536, 131_072))).toBe(true);
    await handle.write(memory, 0, memory.length, 0);
    await handle.write(oddBuffer(4096), 0, 4096, 65_536);
    await handle.read(oddBuffer(70_000), 0, 70_000, 77);
    const columns = { buffer: memory, positions: [0, 4096, 65_536], lengths: 4096 };
    expect((await handle.readMany(columns)).orThrow().bytes).toBe(3 * 4096);
    expect(cachedBytes(path) ?? 0).toBe(0);
    expect(descriptors()).toBe(before + 1);
  });
});

describe('giving up', () => {
  test('a bounced read rejects at once, and leaves the buffer alone from then on', async () => {
    const path = newPath();
    const bytes = writeNumbered(path, 8 * MIB);
    const handle = await openDirect(path, 'r');
    for (let round = 0; round < rounds(200, 20); round++) {
      const memory = oddBuffer(6 * MIB);
      const giveUp = new AbortController();
      const reading = handle.read(memory, { position: 3, signal: giveUp.signal });
      const rejected = expect(reading).rejects.toThrow('The operation was aborted');
      if (round % 2 === 0) setImmediate(() => giveUp.abort());
      else giveUp.abort();
      await rejected;
      const then = Buffer.from(memory);
      const others = Array.from({ length: 8 }, async (_, i) => {
        const other = oddBuffer(MIB);
        await handle.read(other, 0, MIB, 4096 * i + 1);
        expect(other.equals(bytes.subarray(4096 * i + 1, 4096 * i + 1 + MIB))).toBe(true);
      });
      await Promise.all(others);
      expect(memory.equals(then)).toBe(true);
    }
    const after = Buffer.alloc(1000);
    await handle.read(after, 0, 1000, 11);
    expect(after.equals(numberedBytes(2000).subarray(11, 1011))).toBe(true);
  });

  test('a bounced read whose time is up while it waits for memory rejects', async () => {
    const path = newPath();
    writeNumbered(path, 2 * MIB);
    const handle = await openDirect(path, 'r');
    // They have the memory that there is, and more of them wait for it, each for turns of the loop.
    const ahead = Array.from({ length: 64 }, () => handle.read(oddBuffer(MIB), 0, MIB, 1));
    await expect(handle.read(oddBuffer(8), { position: 1, timeout: 0 })).rejects.toMatchObject({
      name: 'AbortError',
      cause: { name: 'TimeoutError' },
    });
    for (const { bytesRead } of await Promise.all(ahead)) expect(bytesRead).toBe(MIB);
  });

  test('buffers of reads that were given up can be collected, and others go on', async () => {
    const path = newPath();
    const bytes = writeNumbered(path, 4 * MIB);
    const handle = await openDirect(path, 'r');
    const readAndGiveUp = async (position: number): Promise<WeakRef<object>> => {
      const memory = oddBuffer(100_000);
      const reading = handle.read(memory, { position, signal: AbortSignal.timeout(0) });
      await reading.catch(() => undefined);
      return new WeakRef(memory.buffer);
    };
    const all = Array.from({ length: 40 }, (_, position) => readAndGiveUp(position));
    const buffers = await Promise.all(all);
    const areGone = (): boolean => buffers.every((buffer) => buffer.deref() === undefined);
    await handle.read(Buffer.alloc(1), 0, 1, 1);
    // What the kernel has keeps its buffer until it has ended.
    while (stats()!.inFlight > 0) await nextTurn();
    expect(await collectGarbageUntil(areGone)).toBe(true);
    const whole = oddBuffer(bytes.length);
    await handle.read(whole, 0, whole.length, 0);
    expect(whole.equals(bytes)).toBe(true);
  });

  test('a write that waits for its turn is taken back, and a sync waits for the others', async () => {
    const path = newPath();
    const handle = await openDirect(path, 'w+');
    const giveUp = new AbortController();
    const { signal } = giveUp;
    const first = handle.write(alignedBuffer(4 * MIB).fill(1), 0, 4 * MIB, 0);
    const second = handle.write(Buffer.from('xyz'), { position: 1, signal });
    const third = handle.write(Buffer.from('abc'), { position: 4 * MIB });
    const rejected = expect(second).rejects.toThrow('The operation was aborted');
    giveUp.abort();
    await handle.sync();
    const found = readFileSync(path);
    await Promise.all([first, rejected, third]);
    expect(found.subarray(0, 4).equals(Buffer.alloc(4, 1))).toBe(true);
    expect(found.subarray(4 * MIB).toString()).toBe('abc');
  });
});

describe('a sync', () => {
  test.for(['sync', 'datasync'] as const)('waits for every write before it: %s', async (method) => {
    const handle = await openDirect(newPath(), 'w+');
    const unit = alignedBuffer(2 * MIB);
    await handle.write('opens the second descriptor', 1);
    await handle.write(unit, 0, unit.length, 0);
    for (const last of ['aligned', 'bounced', 'neither'] as const) {
      const settled: string[] = [];
      const note = (name: string, work: Promise<unknown>): Promise<void> =>
        work.then(() => {
          settled.push(name);
        });
      const writes = {
        aligned: () => handle.write(unit, 0, unit.length, 0),
        bounced: () => handle.write(oddBuffer(unit.length), 0, unit.length, 0),
        neither: () => handle.write(unit, 0, unit.length - 1, 1),
      };
      const all = [
        note('write', writes.neither()),
        note('write', writes.aligned()),
        note('write', writes[last]()),
      ];
      await Promise.all([...all, note(method, handle[method]())]);
      expect(settled).toEqual(['write', 'write', 'write', method]);
    }
  });
});

describe('closing', () => {
  test('waits for what is under way, by both descriptors, and leaves none behind', async () => {
    const path = newPath();
    const bytes = writeNumbered(path, 2 * MIB);
    const before = descriptors();
    for (let round = 0; round < 5; round++) {
      const handle = await open(path, 'r+', { direct: true });
      const memory = oddBuffer(MIB);
      const reading = handle.read(memory, 0, MIB, 5);
      const writes = [
        handle.write('abc', 3 * MIB + 1),
        handle.write(oddBuffer(4096), 0, 4096, 3 * MIB + 4096),
        handle.write('def', 3 * MIB + 4),
      ];
      await Promise.all([handle.close(), handle.close()]);
      expect((await reading).bytesRead).toBe(MIB);
      await Promise.all(writes);
      expect(memory.equals(bytes.subarray(5, MIB + 5))).toBe(true);
      expect(
        readFileSync(path)
          .subarray(3 * MIB, 3 * MIB + 8)
          .toString(),
      ).toBe('\0abcdef\0');
      expect(descriptors()).toBe(before);
      await expect(handle.read(memory, 0, 5, 1)).rejects.toMatchObject({ code: 'EBADF' });
    }
  });

  test('a close waits for all that a call writes or reads, piece after piece', async () => {
    const path = newPath();
    const pieces = Array.from({ length: 5 }, (_, i) => `piece ${i} `);
    async function* slowly(): AsyncGenerator<string> {
      for (const piece of pieces) {
        await nextTurn();
        yield piece;
      }
    }
    const handle = await openDirect(path, 'w+');
    const writing = handle.writeFile(slowly() as never, { flush: true } as object);
    await Promise.all([writing, handle.close()]);
    expect(readFileSync(path, 'latin1')).toBe(pieces.join(''));

    const many = Array.from({ length: 2100 }, (_, i) => Buffer.from(`${i},`));
    const second = await openDirect(path, 'w+');
    const [written] = await Promise.all([second.writev(many), second.close()]);
    expect(written.bytesWritten).toBe(Buffer.concat(many).length);
    expect(readFileSync(path).equals(Buffer.concat(many))).toBe(true);

    const third = await openDirect(path, 'r');
    const room = many.map(({ length }) => Buffer.alloc(length));
    await Promise.all([third.readv(room, 0), third.close()]);
    expect(room).toEqual(many);
  });

  test('the second descriptor of a handle that goes to another thread is closed too', async () => {
    const before = descriptors();
    await (async () => {
      const handle = await open(newPath(), 'w+', { direct: true });
      await handle.write('abc', 1);
      expect(descriptors()).toBe(before + 2);
      const { port1, port2 } = new MessageChannel();
      const arrival = once(port2, 'message') as Promise<[AioFileHandle]>;
      port1.postMessage(handle, [handle as never]);
      const [moved] = await arrival;
      port1.close();
      await moved.close();
    })();
    expect(await collectGarbageUntil(() => descriptors() === before)).toBe(true);
  });
});

describe('opening', () => {
  test('says what has to be aligned', async () => {
    const handle = await openDirect(newPath(), 'w+');
    const { memory, offset } = handle.directAlignment!;
    expect(Math.log2(memory) % 1).toBe(0);
    expect(Math.log2(offset) % 1).toBe(0);
    const ordinary = await open(newPath(), 'w+');
    expect(ordinary.directAlignment).toBeUndefined();
    await ordinary.close();
  });

  test("takes Node's flags, and no others", async () => {
    const path = newPath();
    for (const flags of ['wx', 'r', 'rs', 'r+', 'rs+', 'sr+', 'w', 'w+', 'a', 'a+', 'as', 'sa+']) {
      await (await open(path, flags, { direct: true })).close();
    }
    await expect(open(path, 'wx', { direct: true })).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(open(path, 'r+s', { direct: true })).rejects.toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
    });
    await expect(open(path, 'r', { direct: 'yes' as unknown as boolean })).rejects.toThrow(
      TypeError,
    );
    await expect(open(folder.file('none'), 'r', { direct: true })).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });

  test('is refused where there is no direct I/O, in words', async () => {
    const before = descriptors();
    const fifo = newPath();
    execFileSync('mkfifo', [fifo]);
    const refused = [
      ...['/proc/version', folder.path, '/dev/null'].map((path) => [path, O_RDONLY] as const),
      [fifo, O_RDWR] as const,
    ];
    for (const [path, flags] of refused) {
      await expect(open(path, flags, { direct: true })).rejects.toMatchObject({
        code: 'EINVAL',
        syscall: 'open',
        path,
        message: expect.stringContaining('direct I/O') as string,
      });
    }
    expect(descriptors()).toBe(before);
  });

  test('a file that may not be opened for writing again: what is aligned is written', async () => {
    const path = newPath();
    const handle = await open(path, 'w+', { direct: true, mode: 0o600 });
    onTestFinished(() => handle.close());
    await handle.write(alignedBuffer(4096).fill('a'), 0, 4096, 0);
    execFileSync('chmod', ['0400', path]);
    // Root may.
    const second = handle.write('xyz', 1);
    if (process.getuid?.() === 0) await second;
    else await expect(second).rejects.toMatchObject({ code: 'EACCES' });
    await handle.write(alignedBuffer(4096).fill('b'), 0, 4096, 4096);
    expect(statSync(path).size).toBe(8192);
  });

  test('a file that has been removed meanwhile is written by the second descriptor too', async () => {
    const path = newPath();
    const handle = await openDirect(path, 'w+');
    rmSync(path);
    await handle.write('abc', 1);
    const found = Buffer.alloc(10);
    expect((await handle.read(found, 0, 10, 0)).bytesRead).toBe(4);
    expect(found.toString('latin1', 0, 4)).toBe('\0abc');
  });

  test("Node's own pool goes through the page cache", async () => {
    const path = newPath();
    const handle = await open(path, 'w+', { direct: true, backend: 'node' });
    await handle.write('abc', 1);
    await handle.close();
    expect(readFileSync(path, 'latin1')).toBe('\0abc');
  });

  test('O_DIRECT among the flags alone is as strict as ever', async () => {
    const path = newPath();
    writeFileSync(path, Buffer.alloc(8192));
    expect(existsSync(path)).toBe(true);
    const [ours, nodes] = [
      await open(path, O_RDWR | O_DIRECT),
      await nodeOpen(path, O_RDWR | O_DIRECT),
    ];
    for (const handle of [ours, nodes]) {
      await expect(handle.read(alignedBuffer(4096), 0, 100, 1)).rejects.toMatchObject({
        code: 'EINVAL',
      });
      await handle.close();
    }
  });
});

test('memory of the caller for readFile, which is of any alignment, is refused with the reason', async () => {
  const path = newPath();
  writeFileSync(path, 'text');
  const handle = await openDirect(path, 'r');
  const options = { buffer: Buffer.alloc(8) } as object;
  await expect(handle.readFile(options)).rejects.toMatchObject({
    code: 'ERR_INVALID_ARG_VALUE',
    message: expect.stringMatching(
      /^The property 'options.buffer' is not for direct I\/O/,
    ) as string,
  });
  expect(await handle.readFile('utf8')).toBe('text');
});
