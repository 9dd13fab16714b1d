import { endianness } from 'node:os';
import { describe, expect, test } from 'vitest';
import { layout } from '../src/index.js';

/** How many bytes each field of a struct has, in order: what there is until the next begins. */
function widths({ size, ...offsets }: Readonly<Record<string, number>>): Record<string, number> {
  const starts = Object.values(offsets).sort((a, b) => a - b);
  return Object.fromEntries(
    Object.entries(offsets).map(([name, offset]) => {
      const next = starts.find((start) => start > offset) ?? size ?? NaN;
      return [name, next - offset];
    }),
  );
}

describe('layout', () => {
  test('an iocb is 64 bytes, and its fields fill them without a gap', () => {
    expect(layout.iocb.size).toBe(64);
    expect(widths(layout.iocb)).toEqual({
      aio_data: 8,
      aio_key: 4,
      aio_rw_flags: 4,
      aio_lio_opcode: 2,
      aio_reqprio: 2,
      aio_fildes: 4,
      aio_buf: 8,
      aio_nbytes: 8,
      aio_offset: 8,
      aio_reserved2: 8,
      aio_flags: 4,
      aio_resfd: 4,
    });
  });

  test('aio_key and aio_rw_flags change places with the byte order (PADDED in aio_abi.h)', () => {
    const [key, flags] = endianness() === 'LE' ? [8, 12] : [12, 8];
    expect(layout.iocb).toMatchObject({ aio_key: key, aio_rw_flags: flags });
  });

  test('an io_event is four words of 64 bits', () => {
    expect(layout.io_event).toEqual({ size: 32, data: 0, obj: 8, res: 16, res2: 24 });
  });

  test('an iovec and a timespec are two words of 64 bits', () => {
    expect(layout.iovec).toEqual({ size: 16, iov_base: 0, iov_len: 8 });
    expect(layout.timespec).toEqual({ size: 16, tv_sec: 0, tv_nsec: 8 });
  });

  test('the head of a ring is eight words of 32 bits', () => {
    const { size, ...offsets } = layout.aio_ring;
    expect(size).toBe(32);
    expect(Object.values(offsets)).toEqual([0, 4, 8, 12, 16, 20, 24, 28]);
  });

  test('nobody can change it', () => {
    const structs: readonly unknown[] = [layout, ...Object.values<unknown>({ ...layout })];
    expect(structs.map((struct) => Object.isFrozen(struct))).not.toContain(false);
  });
});
