// That the right bytes are in the file and in the buffer, on a disk and on tmpfs, buffered and
// direct. What needs a second thread to look on is among the kernel layer's tests.
import { randomBytes } from 'node:crypto';
import { existsSync, ftruncateSync, statfsSync, writeSync } from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  IOCB_CMD_PREAD,
  IOCB_CMD_PWRITE,
  IoEventArray,
  Iocb,
  IocbSlab,
  allocAligned,
  io_getevents,
  io_prep_fsync,
  io_prep_pread,
  io_prep_pwrite,
  io_submit,
} from '../src/index.js';
import { Context, minus } from './context.js';
import { rounds } from './support/rounds.js';
import { DISK, type File, O_DIRECT, O_RDWR, TMPFS, tempFile } from './temp-file.js';
import { unlessInterrupted } from './waiting.js';

const SHM = '/dev/shm';
const hasTmpfs = existsSync(SHM) && statfsSync(SHM).type === TMPFS;

/** Copies block by block, `depth` blocks at once, each through one slot: read, then written. */
class Copy {
  readonly #slab: IocbSlab;
  readonly #events: IoEventArray;
  readonly #memory: Buffer;
  readonly #from: File;
  readonly #to: File;
  readonly #depth: number;
  readonly #block: number;
  #next = 0;

  constructor(from: File, to: File, depth: number, block: number) {
    this.#slab = new IocbSlab(depth);
    this.#events = new IoEventArray(depth);
    this.#memory = allocAligned(depth * block);
    this.#from = from;
    this.#to = to;
    this.#depth = depth;
    this.#block = block;
  }

  run(context: Context): void {
    const size = this.#from.size;
    let ready = Array.from({ length: this.#depth }, (_, slot) => slot).flatMap((slot) =>
      this.#read(slot),
    );
    for (let inFlight = 0; ready.length + inFlight > 0;) {
      const slots = Uint32Array.from(ready);
      expect(io_submit(context.ctx, slots.length, this.#slab, slots)).toBe(slots.length);
      inFlight += slots.length;
      const count = unlessInterrupted(() =>
        io_getevents(context.ctx, 1, this.#depth, this.#events, null),
      );
      inFlight -= count;
      ready = Array.from({ length: count }, (_, index) => this.#events.at(index)).flatMap(
        ({ obj, res }) => this.#after(this.#slab.slotOf(obj), Number(res)),
      );
    }
    ftruncateSync(this.#to.fd, size); // direct writes are of whole blocks
  }

  /** The slot, prepared to read the next block; none where there is no more. */
  #read(slot: number): number[] {
    if (this.#next >= this.#from.size) return [];
    const buffer = this.#memory.subarray(slot * this.#block, (slot + 1) * this.#block);
    io_prep_pread(new Iocb(this.#slab, slot), this.#from.fd, buffer, this.#block, this.#next);
    this.#next += this.#block;
    return [slot];
  }

  #after(slot: number, res: number): number[] {
    const iocb = new Iocb(this.#slab, slot);
    const rest = this.#from.size - Number(iocb.aio_offset);
    if (iocb.aio_lio_opcode === IOCB_CMD_PWRITE) {
      expect(res).toBe(this.#block);
      return this.#read(slot);
    }
    expect(iocb.aio_lio_opcode).toBe(IOCB_CMD_PREAD);
    expect(res).toBe(Math.min(this.#block, rest));
    iocb.aio_lio_opcode = IOCB_CMD_PWRITE;
    iocb.aio_fildes = this.#to.fd;
    return [slot];
  }
}

const MIB = 1 << 20;
const LARGE = rounds(64, 8) * MIB;
const random = randomBytes(LARGE);

describe.for([
  ['a disk, buffered', DISK, 0],
  ['a disk, direct', DISK, O_DIRECT],
  ['tmpfs', SHM, 0],
] as const)('on %s', ([, folder, flags]) => {
  beforeEach(({ skip }) => {
    skip(folder === SHM && !hasTmpfs, `not runnable here: ${SHM} is no tmpfs`);
  });

  const open = (file: File): File => file.reopen(O_RDWR | flags);

  test('stat sees the size of an extending write at its completion', () => {
    using context = new Context();
    using file = tempFile(0, folder);
    using fd = open(file);
    const iocb = new Iocb();
    const page = allocAligned(4096);
    for (let writes = 1; writes <= 100; writes++) {
      io_prep_pwrite(iocb, fd.fd, page, 4096, (writes - 1) * 4096);
      expect(context.run(iocb)).toBe(4096);
      expect(file.size).toBe(writes * 4096);
    }
  });

  test('a file of 300 bytes read with a larger buffer gives 300, and leaves the rest alone', () => {
    using context = new Context();
    using file = tempFile(Buffer.alloc(300, 't'), folder);
    using fd = open(file);
    const page = allocAligned(4096).fill('-');
    const iocb = new Iocb();
    io_prep_pread(iocb, fd.fd, page, 4096, 0);
    expect(context.run(iocb)).toBe(300);
    expect(page.toString('latin1', 0, 300)).toBe('t'.repeat(300));
    // A direct read moves whole sectors; what is beyond the end may come as zeros.
    expect(new Set(page.subarray(512))).toEqual(new Set(flags === 0 ? [0x2d] : page.subarray(512)));
  });

  test('reads that go with the writes that fill holes see zeros or the data', () => {
    const [BLOCKS, BATCH] = [128, 16];
    using context = new Context(2 * BATCH);
    using file = tempFile(0, folder);
    using fd = open(file);
    ftruncateSync(file.fd, BLOCKS * 4096);
    const data = allocAligned(4096).fill('d');
    for (let first = 0; first < BLOCKS; first += BATCH) {
      const seen = allocAligned(BATCH * 4096).fill('-');
      const iocbs = Array.from({ length: BATCH }, (_, i) => {
        const [read, write] = [new Iocb(), new Iocb()];
        const offset = ((first + i) * 37 * 4096) % (BLOCKS * 4096); // 37 and 128 have no factor
        io_prep_pread(read, fd.fd, seen.subarray(i * 4096, (i + 1) * 4096), 4096, offset);
        io_prep_pwrite(write, fd.fd, data, 4096, offset);
        return i % 2 === 0 ? [read, write] : [write, read];
      }).flat();
      expect(context.submit(...iocbs)).toBe(2 * BATCH);
      const results = context.wait(2 * BATCH).map(({ res }) => res);
      expect(results).toEqual(new Array(2 * BATCH).fill(4096));
      expect(seen.toString('latin1')).toMatch(/^[\0d]*$/);
    }
    expect(file.contents.equals(Buffer.alloc(BLOCKS * 4096, 'd'))).toBe(true);
  });

  test('a sparse file comes out of a copy with its data and zeros', () => {
    using context = new Context();
    using from = tempFile(0, folder);
    using to = tempFile(0, folder);
    ftruncateSync(from.fd, 4 * MIB);
    for (const at of [0, 12_345, MIB - 1, 3 * MIB]) writeSync(from.fd, random, at, 10_000, at);
    using source = open(from);
    using target = open(to);
    new Copy(source, target, 8, 65_536).run(context);
    expect(to.contents.equals(from.contents)).toBe(true);
  });

  test('an operation that fails completes once, and takes nothing else with it', () => {
    using context = new Context();
    using file = tempFile(Buffer.alloc(8192, 'f'), folder);
    using fd = open(file);
    const slab = new IocbSlab(3);
    const [before, bad, after] = [0, 1, 2].map((slot) => new Iocb(slab, slot));
    const page = allocAligned(4096);
    if (before === undefined || bad === undefined || after === undefined)
      throw new Error('no iocb');
    io_prep_pread(before, fd.fd, page, 4096, 0);
    io_prep_pwrite(bad, fd.fd, 0n, 4096, 4096); // nothing is mapped at address 0
    io_prep_pread(after, fd.fd, page, 4096, 0);
    expect(context.submit(before, bad, after)).toBe(3);
    const results = context.wait(3).map(({ obj, res }) => [slab.slotOf(obj), res] as const);
    expect(new Map(results)).toEqual(
      new Map([
        [0, 4096],
        [1, minus('EFAULT')],
        [2, 4096],
      ]),
    );
    expect(context.take()).toEqual([]);
    expect(slab.inFlight()).toBe(0);
    expect(file.contents.equals(Buffer.alloc(8192, 'f'))).toBe(true);
  });

  test('the operations in flight may hold the last reference to their file', () => {
    using context = new Context();
    using file = tempFile(Buffer.alloc(MIB, 'l'), folder);
    using fd = open(file);
    file.close();
    const source = allocAligned(MIB).fill('w');
    const target = allocAligned(MIB);
    const slab = new IocbSlab(3);
    const [read, write, sync] = [0, 1, 2].map((slot) => new Iocb(slab, slot)) as [Iocb, Iocb, Iocb];
    io_prep_pread(read, fd.fd, target, MIB, 0);
    io_prep_pwrite(write, fd.fd, source, MIB, 0);
    io_prep_fsync(sync, fd.fd);
    expect(context.submit(read)).toBe(1);
    expect(context.wait(1)).toMatchObject([{ res: MIB }]);
    expect(target.equals(Buffer.alloc(MIB, 'l'))).toBe(true);
    expect(context.submit(write, sync, read)).toBe(3);
    fd.close(); // it has no name either: the file goes with these three
    const results = context.wait(3).map(({ obj, res }) => [slab.slotOf(obj), res] as const);
    expect(new Map(results)).toEqual(
      new Map([
        [0, MIB],
        [1, MIB],
        [2, 0],
      ]),
    );
  });

  test.for([
    [1024, 1, 512],
    [1024, 64, 4096],
    [100_001, 7, 512],
    [MIB, 16, 4096],
    [MIB, 64, 512],
    [8 * MIB - 1, 64, 65_536],
    [LARGE, 1, MIB],
    [LARGE, 64, MIB],
  ] as const)('a copy of %s bytes at depth %s in blocks of %s is equal', (row, { skip }) => {
    const [size, depth, block] = row;
    using context = new Context();
    using from = tempFile(random.subarray(0, size), folder);
    using to = tempFile(0, folder);
    using source = open(from);
    using target = open(to);
    if (block < 4096) {
      const iocb = new Iocb();
      io_prep_pread(iocb, source.fd, allocAligned(block), block, 0);
      const aligned = context.run(iocb) !== minus('EINVAL');
      skip(!aligned, `not runnable here: direct I/O needs more than ${block} bytes`);
    }
    new Copy(source, target, depth, block).run(context);
    expect(to.contents.equals(random.subarray(0, size))).toBe(true);
  });
});
