import { endianness } from 'node:os';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  IoVecArray,
  Iocb,
  IocbSlab,
  SubmitThreads,
  addressOf,
  allocAligned,
  layout,
} from '../src/index.js';
import { memoryAt } from './support/memory-at.js';
import { each, outOfRange, wrong, wrongType } from './support/refusals.js';
import { rounds } from './support/rounds.js';

const littleEndian = endianness() === 'LE';

interface Field {
  /** In bytes. */
  readonly width: 2 | 4 | 8;
  /** What it can be set to. */
  readonly min: bigint;
  readonly max: bigint;
  /** Whether it reads negative. */
  readonly signed: boolean;
}

const u64: Field = { width: 8, min: 0n, max: 2n ** 64n - 1n, signed: false };
const s64: Field = { width: 8, min: -(2n ** 63n), max: 2n ** 63n - 1n, signed: true };
const u32: Field = { width: 4, min: 0n, max: 2n ** 32n - 1n, signed: false };
/** An int in C programs, unsigned in the kernel's struct. */
const int: Field = { width: 4, min: -(2n ** 31n), max: 2n ** 32n - 1n, signed: false };

const fields = {
  aio_data: u64,
  aio_key: u32,
  aio_rw_flags: int,
  aio_lio_opcode: { width: 2, min: 0n, max: 0xffffn, signed: false },
  aio_reqprio: { width: 2, min: -0x8000n, max: 0xffffn, signed: true },
  aio_fildes: int,
  aio_buf: u64,
  aio_nbytes: u64,
  aio_offset: s64,
  aio_reserved2: u64,
  aio_flags: u32,
  aio_resfd: int,
} satisfies Partial<Record<keyof Iocb, Field>>;

const names = Object.keys(fields) as (keyof typeof fields)[];

/** A field by its name, set as a program without types may. */
const set = (iocb: Iocb, name: keyof typeof fields, value: unknown): void => {
  (iocb as unknown as Record<string, unknown>)[name] = value;
};

const wrapped = (value: bigint, { width, signed }: Field): bigint =>
  signed ? BigInt.asIntN(8 * width, value) : BigInt.asUintN(8 * width, value);

/** The field's bytes in a struct that is zero otherwise. */
function expectedBytes(name: keyof typeof fields, value: bigint): Buffer {
  const struct = Buffer.alloc(layout.iocb.size);
  const { width } = fields[name];
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
  const low = bytes.subarray(0, width);
  (littleEndian ? low : low.reverse()).copy(struct, layout.iocb[name]);
  return struct;
}

/** For each field; fast-check tries the limits early. */
const RUNS = rounds(100, 30);

describe.for(names)('%s', (name) => {
  const field = fields[name];
  const wide = field.width === 8;
  const native = (value: bigint): bigint | number => (wide ? value : Number(value));
  const fits = fc.bigInt({ min: field.min, max: field.max });

  test('reads back what was set, and only its own bytes change', () => {
    const slab = new IocbSlab(3);
    const iocb = new Iocb(slab, 1);
    fc.assert(
      fc.property(fits, (value) => {
        slab.u32.fill(0);
        set(iocb, name, native(value));
        expect(iocb[name]).toBe(native(wrapped(value, field)));
        const { size } = layout.iocb;
        const memory = memoryAt(slab.address, 3 * size);
        expect(memory.subarray(size, 2 * size)).toEqual(expectedBytes(name, value));
        expect(memory.subarray(0, size)).toEqual(Buffer.alloc(size));
        expect(memory.subarray(2 * size)).toEqual(Buffer.alloc(size));
      }),
      { numRuns: RUNS },
    );
  });

  test('refuses what does not fit, and keeps what it had', () => {
    const iocb = new Iocb();
    set(iocb, name, native(5n));
    const below = fc.bigInt({ min: field.min - 2n ** 70n, max: field.min - 1n });
    const above = fc.bigInt({ min: field.max + 1n, max: field.max + 2n ** 70n });
    fc.assert(
      fc.property(fc.oneof(below, above), (value) => {
        expect(() => set(iocb, name, native(value))).toThrow(outOfRange);
        expect(iocb[name]).toBe(native(5n));
      }),
      { numRuns: RUNS },
    );
  });

  test.for([0.5, NaN, Infinity, -Infinity, 2 ** 53 + 2])('refuses %d', (value) => {
    expect(() => set(new Iocb(), name, value)).toThrow(outOfRange);
  });

  test.for(each(undefined, 'five', true, {}, Symbol('five'), () => 5))('refuses %o', ([value]) => {
    expect(() => set(new Iocb(), name, value)).toThrow(wrongType);
  });

  if (wide) {
    test('takes a safe integer too', () => {
      const iocb = new Iocb();
      fc.assert(
        fc.property(fc.maxSafeInteger(), (value) => {
          fc.pre(BigInt(value) >= field.min);
          set(iocb, name, value);
          expect(iocb[name]).toBe(BigInt(value));
        }),
      );
    });
  } else {
    test('refuses a bigint', () => {
      expect(() => set(new Iocb(), name, 5n)).toThrow(wrongType);
    });
  }

  if (name !== 'aio_buf') {
    test('refuses null', () => {
      expect(() => set(new Iocb(), name, null)).toThrow(wrongType);
    });
  }
});

describe('aio_fildes', () => {
  test('reads 4294967295 after -1, as the struct has it unsigned', () => {
    const iocb = new Iocb();
    iocb.aio_fildes = -1;
    expect(iocb.aio_fildes).toBe(2 ** 32 - 1);
  });
});

describe('aio_reqprio', () => {
  test('reads negative for a class of 4 or more, as the struct has it signed', () => {
    const iocb = new Iocb();
    iocb.aio_reqprio = 0xe001;
    expect(iocb.aio_reqprio).toBe(0xe001 - 0x10000);
  });
});

describe('aio_buf', () => {
  test('is the address of a view, which the slot keeps', () => {
    const iocb = new Iocb();
    const view = allocAligned(8192).subarray(512, 1024);
    iocb.aio_buf = view;
    expect(iocb.aio_buf).toBe(BigInt(addressOf(view)));
    expect(iocb.slab.kept(0)).toBe(view);
  });

  test.for(
    each(
      new Uint8Array(100),
      new DataView(new ArrayBuffer(100), 8),
      new Float64Array(10).subarray(3),
      new BigInt64Array(new SharedArrayBuffer(80), 16),
    ),
  )('takes any view: %o', ([view]) => {
    const iocb = new Iocb();
    iocb.aio_buf = view;
    expect(iocb.aio_buf).toBe(BigInt(addressOf(view)));
  });

  test('is the address of vectors, which the slot keeps', () => {
    const iocb = new Iocb();
    const vectors = new IoVecArray(2);
    iocb.aio_buf = vectors;
    expect(iocb.aio_buf).toBe(BigInt(vectors.address));
    expect(iocb.slab.kept(0)).toBe(vectors);
  });

  test('is 0 for null, and nothing is kept any more', () => {
    const iocb = new Iocb();
    iocb.aio_buf = Buffer.alloc(1);
    iocb.aio_buf = null;
    expect(iocb.aio_buf).toBe(0n);
    expect(iocb.slab.kept(0)).toBeNull();
  });

  test('keeps nothing for a bare address', () => {
    const iocb = new Iocb();
    iocb.aio_buf = Buffer.alloc(1);
    iocb.aio_buf = 4096n;
    expect(iocb.slab.kept(0)).toBeNull();
  });

  test.for(
    each([1, 2], new Date(), new IocbSlab(1), new SubmitThreads(), new SharedArrayBuffer(8)),
  )('refuses %o, and keeps what it had', ([value]) => {
    const iocb = new Iocb();
    const view = Buffer.alloc(1);
    iocb.aio_buf = view;
    expect(() => (iocb.aio_buf = wrong(value))).toThrow(wrongType);
    expect(iocb.aio_buf).toBe(BigInt(addressOf(view)));
    expect(iocb.slab.kept(0)).toBe(view);
  });
});

describe('Iocb', () => {
  test('has a slab of one to itself unless given one', () => {
    const iocb = new Iocb();
    expect(iocb.slab.slots).toBe(1);
    expect(iocb.slot).toBe(0);
    expect(new Iocb().slab).not.toBe(iocb.slab);
  });

  test('is all zero at first', () => {
    const iocb = new Iocb();
    for (const name of names) expect(Number(iocb[name])).toBe(0);
  });

  test('is 64-byte aligned, one after the other in a slab', () => {
    const slab = new IocbSlab(100);
    fc.assert(
      fc.property(fc.nat({ max: 99 }), (slot) => {
        const { address } = new Iocb(slab, slot);
        expect(address % 64).toBe(0);
        expect(address).toBe(slab.address + slot * layout.iocb.size);
      }),
    );
  });

  test('two views of a slot are of the same memory', () => {
    const slab = new IocbSlab(2);
    new Iocb(slab, 1).aio_data = 77n;
    expect(new Iocb(slab, 1).aio_data).toBe(77n);
    expect(new Iocb(slab, 0).aio_data).toBe(0n);
  });

  test.for([-1, 2, 0.5, NaN, Infinity, 2 ** 32])('refuses slot %d of 2', (slot) => {
    expect(() => new Iocb(new IocbSlab(2), slot)).toThrow(outOfRange);
  });

  test.for(each('0', 0n, null, {}))('refuses slot %o', ([slot]) => {
    expect(() => new Iocb(new IocbSlab(2), wrong(slot))).toThrow(wrongType);
  });

  test.for(each(null, 1, {}, Buffer.alloc(64)))('refuses slab %o', ([slab]) => {
    expect(() => new Iocb(wrong(slab))).toThrow(wrongType);
  });
});
