import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  Iocb,
  IocbSlab,
  POLLIN,
  io_prep_pread,
  io_prep_poll,
  io_submit,
  layout,
} from '../src/index.js';
import { Context } from './context.js';
import { memoryAt } from './support/memory-at.js';
import { each, outOfRange, wrong, wrongType } from './support/refusals.js';
import { Pipe, tempFile } from './temp-file.js';

const { size } = layout.iocb;

describe('IocbSlab', () => {
  test('begins at a multiple of 64, however large it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), (slots) => {
        const slab = new IocbSlab(slots);
        expect(slab.address % 64).toBe(0);
        expect(slab.slots).toBe(slots);
        expect(slab.u32).toHaveLength((slots * size) / 4);
      }),
    );
  });

  test('is all zero at first', () => {
    const slab = new IocbSlab(100);
    expect(slab.u64.every((word) => word === 0n)).toBe(true);
    expect(slab.inFlight()).toBe(0);
  });

  test.for(['u16', 'i16', 'u32', 'i32', 'u64', 'i64'] as const)(
    '%s is all of its memory, and nothing else',
    (name) => {
      const slab = new IocbSlab(7);
      const words = slab[name];
      expect(words.byteOffset).toBe(0);
      expect(words.byteLength).toBe(7 * size);
      expect(words.buffer).toBe(slab.u32.buffer);
      words.fill(typeof words[0] === 'bigint' ? wrong(-1n) : wrong(-1));
      expect(memoryAt(slab.address, 7 * size)).toEqual(Buffer.alloc(7 * size, 0xff));
    },
  );

  test('the words of its arrays are the fields of its views, by the layout', () => {
    const slab = new IocbSlab(9);
    fc.assert(
      fc.property(
        fc.nat({ max: 8 }),
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        fc.nat(),
        fc.integer({ min: -0x8000, max: 0x7fff }),
        (slot, data, fd, prio) => {
          slab.u64[(slot * size + layout.iocb.aio_data) / 8] = data;
          slab.i64[(slot * size + layout.iocb.aio_offset) / 8] = -data;
          slab.u32[(slot * size + layout.iocb.aio_fildes) / 4] = fd;
          slab.i32[(slot * size + layout.iocb.aio_resfd) / 4] = -1;
          slab.u16[(slot * size + layout.iocb.aio_lio_opcode) / 2] = 0xfffe;
          slab.i16[(slot * size + layout.iocb.aio_reqprio) / 2] = prio;
          expect(new Iocb(slab, slot)).toMatchObject({
            aio_data: data,
            aio_offset: BigInt.asIntN(64, -data),
            aio_fildes: fd,
            aio_resfd: 2 ** 32 - 1,
            aio_lio_opcode: 0xfffe,
            aio_reqprio: prio,
          });
        },
      ),
    );
  });

  test('nobody can take its memory away by a message', () => {
    const slab = new IocbSlab(2);
    const { buffer } = slab.u32;
    try {
      structuredClone(buffer, { transfer: [wrong(buffer)] }); // Node 20 copies, newer ones refuse
    } catch (error) {
      expect(error).toMatchObject({ name: 'DataCloneError' });
    }
    expect(slab.u32).toHaveLength((2 * size) / 4);
  });

  test.for([0, -1, 1.5, NaN, Infinity, 2 ** 24 + 1, 2 ** 53])('refuses %d slots', (slots) => {
    expect(() => new IocbSlab(slots)).toThrow(outOfRange);
  });

  test.for(each(undefined, null, '1', 1n, {}, [4]))('refuses %o slots', ([slots]) => {
    expect(() => new IocbSlab(wrong(slots))).toThrow(wrongType);
  });
});

describe('slotOf', () => {
  const slab = new IocbSlab(50);

  test('names the slot of an address', () => {
    for (let slot = 0; slot < slab.slots; slot++) {
      expect(slab.slotOf(BigInt(new Iocb(slab, slot).address))).toBe(slot);
    }
  });

  test('is -1 for what is no iocb of the slab', () => {
    const start = BigInt(slab.address);
    const end = start + BigInt(slab.slots * size);
    const within = fc
      .bigInt({ min: start, max: end - 1n })
      .filter((obj) => (obj - start) % BigInt(size) !== 0n);
    const outside = fc.oneof(
      fc.bigInt({ min: 0n, max: start - 1n }),
      fc.bigInt({ min: end, max: 2n ** 64n - 1n }),
      fc.constantFrom(end, start - BigInt(size), 0n, -start),
    );
    fc.assert(
      fc.property(fc.oneof(within, outside), (obj) => {
        expect(slab.slotOf(obj)).toBe(-1);
      }),
    );
  });

  test.for(each(undefined, 1, '1', null))('refuses %o', ([obj]) => {
    expect(() => slab.slotOf(wrong(obj))).toThrow(wrongType);
  });
});

describe('clear', () => {
  test('zeroes its own slot only, and lets go of what that kept', () => {
    fc.assert(
      fc.property(fc.nat({ max: 4 }), (slot) => {
        const slab = new IocbSlab(5);
        const owner = {};
        for (let i = 0; i < 5; i++) slab.keep(i, owner);
        slab.u32.fill(0xffffffff);
        slab.clear(slot);
        const expected = Buffer.alloc(5 * size, 0xff).fill(0, slot * size, (slot + 1) * size);
        expect(memoryAt(slab.address, 5 * size)).toEqual(expected);
        for (let i = 0; i < 5; i++) expect(slab.kept(i)).toBe(i === slot ? null : owner);
      }),
    );
  });
});

describe.for([
  ['clear', (slab: IocbSlab, slot: number) => slab.clear(slot)],
  ['keep', (slab: IocbSlab, slot: number) => slab.keep(slot, {})],
  ['kept', (slab: IocbSlab, slot: number) => slab.kept(slot)],
  ['inFlight', (slab: IocbSlab, slot: number) => slab.inFlight(slot)],
] as const)('%s', ([, call]) => {
  test.for([-1, 3, 0.5, NaN, Infinity])('refuses slot %d of 3', (slot) => {
    expect(() => call(new IocbSlab(3), slot)).toThrow(outOfRange);
  });
});

describe('inFlight', () => {
  test('counts what is submitted until its event is collected', () => {
    using file = tempFile(4096);
    using context = new Context();
    const slab = new IocbSlab(3);
    const iocb = new Iocb(slab, 1);
    io_prep_pread(iocb, file.fd, Buffer.alloc(16), 16, 0);
    expect(slab.inFlight()).toBe(0);
    expect(context.submit(iocb, iocb)).toBe(2);
    expect(io_submit(context.ctx, 1, slab, Uint32Array.of(1))).toBe(1);
    expect([0, 1, 2].map((slot) => slab.inFlight(slot))).toEqual([0, 3, 0]);
    expect(slab.inFlight()).toBe(3);
    context.wait(1);
    expect(slab.inFlight(1)).toBe(2);
    context.wait(2);
    expect(slab.inFlight()).toBe(0);
  });

  test('does not count what the kernel refuses', () => {
    using file = tempFile(4096);
    using context = new Context();
    const slab = new IocbSlab(3);
    for (let slot = 0; slot < 3; slot++) {
      io_prep_pread(new Iocb(slab, slot), slot === 1 ? -1 : file.fd, Buffer.alloc(16), 16, 0);
    }
    expect(io_submit(context.ctx, 3, slab, Uint32Array.of(0, 1, 2))).toBe(1);
    expect([0, 1, 2].map((slot) => slab.inFlight(slot))).toEqual([1, 0, 0]);
    context.wait(1);
  });

  test('counts for each context, and io_destroy ends what its own has in flight', () => {
    using pipe = new Pipe();
    using lasting = new Context();
    const slab = new IocbSlab(1);
    const iocb = new Iocb(slab, 0);
    io_prep_poll(iocb, pipe.readEnd.fd, POLLIN);
    expect(lasting.submit(iocb)).toBe(1);
    {
      using passing = new Context();
      expect(passing.submit(iocb, iocb)).toBe(2);
      expect(slab.inFlight()).toBe(3);
    }
    expect(slab.inFlight()).toBe(1);
  });

  test('a slot that repeats in one submission counts as often', () => {
    using file = tempFile(4096);
    using context = new Context();
    const slab = new IocbSlab(1);
    io_prep_pread(new Iocb(slab, 0), file.fd, Buffer.alloc(16), 16, 0);
    expect(io_submit(context.ctx, 4, slab, new Uint32Array(4))).toBe(4);
    expect(slab.inFlight(0)).toBe(4);
    context.wait(4);
    expect(slab.inFlight(0)).toBe(0);
  });
});
