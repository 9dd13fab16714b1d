import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  IOCB_CMD_FDSYNC,
  IOCB_CMD_FSYNC,
  IOCB_CMD_POLL,
  IOCB_CMD_PREAD,
  IOCB_CMD_PREADV,
  IOCB_CMD_PWRITE,
  IOCB_CMD_PWRITEV,
  IOCB_FLAG_IOPRIO,
  IOCB_FLAG_RESFD,
  IoVecArray,
  Iocb,
  IocbSlab,
  addressOf,
  io_prep_fdsync,
  io_prep_fsync,
  io_prep_poll,
  io_prep_pread,
  io_prep_preadv,
  io_prep_preadv2,
  io_prep_pwrite,
  io_prep_pwritev,
  io_prep_pwritev2,
  io_set_eventfd,
} from '../src/index.js';
import { each, outOfRange, wrong, wrongType } from './support/refusals.js';

const fd = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const offset = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const count = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const flags = fc.nat();

const zeroes = {
  aio_data: 0n,
  aio_key: 0,
  aio_rw_flags: 0,
  aio_lio_opcode: 0,
  aio_reqprio: 0,
  aio_fildes: 0,
  aio_buf: 0n,
  aio_nbytes: 0n,
  aio_offset: 0n,
  aio_reserved2: 0n,
  aio_flags: 0,
  aio_resfd: 0,
};

/** An iocb with something in each field, and a neighbour that must not notice anything. */
function used(): { iocb: Iocb; neighbour: Iocb } {
  const slab = new IocbSlab(2);
  slab.u32.fill(0xffffffff);
  slab.keep(0, {});
  return { iocb: new Iocb(slab, 0), neighbour: new Iocb(slab, 1) };
}

/** That all fields are as prepared, those that are not named being 0. */
function expectPrepared(iocb: Iocb, neighbour: Iocb, fields: Partial<typeof zeroes>): void {
  expect(iocb).toMatchObject({ ...zeroes, ...fields });
  expect(neighbour.slab.u32.subarray(16).every((word) => word === 0xffffffff)).toBe(true);
}

const fullTransfers = [
  ['io_prep_pread', io_prep_pread, IOCB_CMD_PREAD],
  ['io_prep_pwrite', io_prep_pwrite, IOCB_CMD_PWRITE],
] as const;

describe.for(fullTransfers)('%s', ([, prepare, aio_lio_opcode]) => {
  test('fills in its operation, and zeroes all else', () => {
    fc.assert(
      fc.property(fd, count, offset, fc.integer({ min: 1, max: 100 }), (fildes, n, at, length) => {
        const { iocb, neighbour } = used();
        const buffer = Buffer.alloc(length);
        prepare(iocb, fildes, buffer, n, at);
        expectPrepared(iocb, neighbour, {
          aio_lio_opcode,
          aio_fildes: fildes,
          aio_buf: BigInt(addressOf(buffer)),
          aio_nbytes: n,
          aio_offset: at,
        });
        expect(iocb.slab.kept(0)).toBe(buffer);
      }),
    );
  });

  test('takes an address, a number or a bigint, or null, and then keeps nothing', () => {
    for (const [buf, aio_buf] of [
      [4096, 4096n],
      [4096n, 4096n],
      [null, 0n],
    ] as const) {
      const { iocb, neighbour } = used();
      prepare(iocb, 3, buf, 10, 20);
      const fields = { aio_lio_opcode, aio_fildes: 3, aio_buf, aio_nbytes: 10n, aio_offset: 20n };
      expectPrepared(iocb, neighbour, fields);
      expect(iocb.slab.kept(0)).toBeNull();
    }
  });

  test('refuses what does not fit', () => {
    const { iocb } = used();
    const buffer = Buffer.alloc(1);
    expect(() => prepare(iocb, 2 ** 32, buffer, 1, 0)).toThrow(outOfRange);
    expect(() => prepare(iocb, 0.5, buffer, 1, 0)).toThrow(outOfRange);
    expect(() => prepare(iocb, 3, -1, 1, 0)).toThrow(outOfRange);
    expect(() => prepare(iocb, 3, buffer, -1, 0)).toThrow(outOfRange);
    expect(() => prepare(iocb, 3, buffer, 1, 2n ** 63n)).toThrow(outOfRange);
    expect(() => prepare(iocb, wrong('3'), buffer, 1, 0)).toThrow(wrongType);
    expect(() => prepare(iocb, 3, wrong('buffer'), 1, 0)).toThrow(wrongType);
    expect(() => prepare(iocb, 3, buffer, wrong(undefined), 0)).toThrow(wrongType);
    expect(() => prepare(iocb, 3, buffer, 1, wrong(null))).toThrow(wrongType);
  });
});

const vectoredTransfers = [
  ['io_prep_preadv', io_prep_preadv, IOCB_CMD_PREADV],
  ['io_prep_pwritev', io_prep_pwritev, IOCB_CMD_PWRITEV],
  ['io_prep_preadv2', io_prep_preadv2, IOCB_CMD_PREADV],
  ['io_prep_pwritev2', io_prep_pwritev2, IOCB_CMD_PWRITEV],
] as const;

describe.for(vectoredTransfers)('%s', ([name, prepare, aio_lio_opcode]) => {
  test('fills in its operation, and zeroes all else', () => {
    const vectors = new IoVecArray(5);
    fc.assert(
      fc.property(fd, fc.nat({ max: 5 }), offset, flags, (fildes, n, at, rwf) => {
        const { iocb, neighbour } = used();
        prepare(iocb, fildes, vectors, n, at, rwf);
        expectPrepared(iocb, neighbour, {
          aio_lio_opcode,
          aio_fildes: fildes,
          aio_buf: BigInt(vectors.address),
          aio_nbytes: BigInt(n),
          aio_offset: at,
          aio_rw_flags: name.endsWith('2') ? rwf : 0,
        });
        expect(iocb.slab.kept(0)).toBe(vectors);
      }),
    );
  });

  test('refuses what does not fit', () => {
    const { iocb } = used();
    const vectors = new IoVecArray(1);
    expect(() => prepare(iocb, 3, wrong([vectors]), 1, 0, 0)).toThrow(wrongType);
    expect(() => prepare(iocb, 3, vectors, -1, 0, 0)).toThrow(outOfRange);
    expect(() => prepare(iocb, 3, vectors, 1, 0.5, 0)).toThrow(outOfRange);
  });
});

describe.for([
  ['io_prep_preadv2', io_prep_preadv2],
  ['io_prep_pwritev2', io_prep_pwritev2],
] as const)('%s', ([, prepare]) => {
  test('refuses flags of more than 32 bits', () => {
    expect(() => prepare(new Iocb(), 3, null, 0, 0, 2 ** 32)).toThrow(outOfRange);
    expect(() => prepare(new Iocb(), 3, null, 0, 0, wrong('1'))).toThrow(wrongType);
  });
});

describe.for([
  ['io_prep_fsync', io_prep_fsync, IOCB_CMD_FSYNC],
  ['io_prep_fdsync', io_prep_fdsync, IOCB_CMD_FDSYNC],
] as const)('%s', ([, prepare, aio_lio_opcode]) => {
  test('fills in its operation, and zeroes all else', () => {
    fc.assert(
      fc.property(fd, (fildes) => {
        const { iocb, neighbour } = used();
        prepare(iocb, fildes);
        expectPrepared(iocb, neighbour, { aio_lio_opcode, aio_fildes: fildes });
        expect(iocb.slab.kept(0)).toBeNull();
      }),
    );
  });
});

describe('io_prep_poll', () => {
  test('fills in its operation, and zeroes all else', () => {
    fc.assert(
      fc.property(fd, fc.nat({ max: 0xffff }), (fildes, events) => {
        const { iocb, neighbour } = used();
        io_prep_poll(iocb, fildes, events);
        expectPrepared(iocb, neighbour, {
          aio_lio_opcode: IOCB_CMD_POLL,
          aio_fildes: fildes,
          aio_buf: BigInt(events),
        });
      }),
    );
  });

  test.for([-1, 0x10000, 0.5, NaN])('refuses the mask %d', (events) => {
    expect(() => io_prep_poll(new Iocb(), 0, events)).toThrow(outOfRange);
  });

  test.for(each(undefined, '1', 1n))('refuses the mask %o', ([events]) => {
    expect(() => io_prep_poll(new Iocb(), 0, wrong(events))).toThrow(wrongType);
  });
});

describe('io_set_eventfd', () => {
  test('adds the eventfd to what was prepared', () => {
    fc.assert(
      fc.property(fd, (eventfd) => {
        const { iocb, neighbour } = used();
        io_prep_fsync(iocb, 7);
        iocb.aio_flags = IOCB_FLAG_IOPRIO;
        io_set_eventfd(iocb, eventfd);
        expectPrepared(iocb, neighbour, {
          aio_lio_opcode: IOCB_CMD_FSYNC,
          aio_fildes: 7,
          aio_flags: IOCB_FLAG_IOPRIO | IOCB_FLAG_RESFD,
          aio_resfd: eventfd,
        });
      }),
    );
  });

  test('refuses what is no descriptor', () => {
    expect(() => io_set_eventfd(new Iocb(), 2 ** 32)).toThrow(outOfRange);
    expect(() => io_set_eventfd(new Iocb(), wrong('3'))).toThrow(wrongType);
  });
});

describe('every helper', () => {
  const helpers: readonly ((iocb: Iocb) => void)[] = [
    (iocb) => io_prep_pread(iocb, 0, null, 0, 0),
    (iocb) => io_prep_pwrite(iocb, 0, null, 0, 0),
    (iocb) => io_prep_preadv(iocb, 0, null, 0, 0),
    (iocb) => io_prep_pwritev(iocb, 0, null, 0, 0),
    (iocb) => io_prep_preadv2(iocb, 0, null, 0, 0, 0),
    (iocb) => io_prep_pwritev2(iocb, 0, null, 0, 0, 0),
    (iocb) => io_prep_fsync(iocb, 0),
    (iocb) => io_prep_fdsync(iocb, 0),
    (iocb) => io_prep_poll(iocb, 0, 0),
    (iocb) => io_set_eventfd(iocb, 0),
  ];

  test.for(each(undefined, null, {}, new IocbSlab(1), 0n, Buffer.alloc(64)))(
    'refuses %o',
    ([iocb]) => {
      for (const prepare of helpers) expect(() => prepare(wrong(iocb))).toThrow(wrongType);
    },
  );
});
