import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IoVec, IoVecArray, addressOf, layout } from '../src/index.js';
import { memoryAt } from './support/memory-at.js';
import { each, outOfRange, wrong, wrongType } from './support/refusals.js';

const { size, iov_base, iov_len } = layout.iovec;
const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

/** One field of one iovec as the kernel would read it. */
function word(array: IoVecArray, index: number, offset: number): bigint | undefined {
  const bytes = memoryAt(array.address + index * size + offset, 8);
  return new BigUint64Array(bytes.buffer, bytes.byteOffset, 1)[0];
}

describe('IoVecArray', () => {
  test('names buffers in their order, whole', () => {
    const lengths = fc.array(fc.nat({ max: 300 }), { maxLength: 20 });
    fc.assert(
      fc.property(lengths, (wanted) => {
        const buffers = wanted.map((length) => Buffer.alloc(length));
        const array = new IoVecArray(buffers);
        expect(array).toHaveLength(buffers.length);
        buffers.forEach((buffer, index) => {
          expect(word(array, index, iov_base)).toBe(BigInt(addressOf(buffer)));
          expect(word(array, index, iov_len)).toBe(BigInt(buffer.length));
        });
      }),
    );
  });

  test('has NULL of no length for null, and for a number of iovecs', () => {
    for (const array of [new IoVecArray(3), new IoVecArray([null, null, null])]) {
      expect(array).toHaveLength(3);
      expect(memoryAt(array.address, 3 * size)).toEqual(Buffer.alloc(3 * size));
    }
  });

  test('takes every kind of view, with its own offset and length in bytes', () => {
    const memory = new ArrayBuffer(64);
    const views = [
      new DataView(memory, 3, 5),
      new Float64Array(memory, 8, 2),
      new Uint16Array(memory, 2),
      Buffer.from(memory).subarray(10, 20),
      new Uint8Array(new SharedArrayBuffer(9)),
    ];
    const array = new IoVecArray(views);
    views.forEach((view, index) => {
      expect(array.base(index)).toBe(BigInt(addressOf(view)));
      expect(array.len(index)).toBe(BigInt(view.byteLength));
    });
  });

  test('begins where an iovec may', () => {
    for (const length of [1, 2, 3, 1024, 5000]) {
      expect(new IoVecArray(length).address % size).toBe(0);
    }
  });

  test('may be empty', () => {
    expect(new IoVecArray([])).toHaveLength(0);
    expect(new IoVecArray(0)).toHaveLength(0);
  });

  test('reads back what was set, at the offsets of the layout, and changes nothing else', () => {
    fc.assert(
      fc.property(fc.nat({ max: 4 }), u64, u64, (index, base, len) => {
        const array = new IoVecArray(5);
        const iovec = array.at(index);
        iovec.iov_base = base;
        iovec.iov_len = len;
        expect([iovec.iov_base, iovec.iov_len]).toEqual([base, len]);
        expect([array.base(index), array.len(index)]).toEqual([base, len]);
        for (let i = 0; i < 5; i++) {
          expect(word(array, i, iov_base)).toBe(i === index ? base : 0n);
          expect(word(array, i, iov_len)).toBe(i === index ? len : 0n);
        }
      }),
    );
  });

  test('takes safe integers for 64-bit fields', () => {
    const iovec = new IoVecArray(1).at(0);
    iovec.iov_base = Number.MAX_SAFE_INTEGER;
    iovec.iov_len = 4096;
    expect(iovec.iov_base).toBe(BigInt(Number.MAX_SAFE_INTEGER));
    expect(iovec.iov_len).toBe(4096n);
  });

  test('setting iov_base leaves iov_len as it is', () => {
    const array = new IoVecArray([Buffer.alloc(10)]);
    array.setBase(0, Buffer.alloc(20));
    expect(array.len(0)).toBe(10n);
  });

  test.for([-1, 2, 0.5, NaN, Infinity])('has no iovec %d of 2', (index) => {
    const array = new IoVecArray(2);
    expect(() => array.at(index)).toThrow(outOfRange);
    expect(() => array.base(index)).toThrow(outOfRange);
    expect(() => array.len(index)).toThrow(outOfRange);
    expect(() => array.setBase(index, 0)).toThrow(outOfRange);
    expect(() => array.setLen(index, 0)).toThrow(outOfRange);
  });

  test.for(each(-1, -1n, 0.5, NaN, 2n ** 64n, 2 ** 53))('refuses %o in a field', ([value]) => {
    const iovec = new IoVecArray(1).at(0);
    expect(() => (iovec.iov_base = value)).toThrow(outOfRange);
    expect(() => (iovec.iov_len = value)).toThrow(outOfRange);
    expect([iovec.iov_base, iovec.iov_len]).toEqual([0n, 0n]);
  });

  test.for(each(undefined, 'x', {}, true, [], Symbol('x')))('refuses %o in a field', ([value]) => {
    const iovec = new IoVecArray(1).at(0);
    expect(() => (iovec.iov_base = wrong(value))).toThrow(wrongType);
    expect(() => (iovec.iov_len = wrong(value))).toThrow(wrongType);
  });

  test.for([-1, 1.5, NaN, 2 ** 24 + 1])('refuses %d iovecs', (length) => {
    expect(() => new IoVecArray(length)).toThrow(outOfRange);
  });

  test.for(each(undefined, null, '3', 3n, {}, { length: 3 }, Buffer.alloc(3), [1n, 'x'], [{}]))(
    'refuses to be made of %o',
    ([buffers]) => {
      expect(() => new IoVecArray(wrong(buffers))).toThrow(wrongType);
    },
  );

  test('an IoVec is a view: two of the same index are of the same memory', () => {
    const array = new IoVecArray(2);
    new IoVec(array, 1).iov_len = 5;
    expect(array.at(1).iov_len).toBe(5n);
    expect(array.at(0).iov_len).toBe(0n);
  });
});
