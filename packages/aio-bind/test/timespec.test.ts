import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IoEventArray, Timespec, io_getevents, io_pgetevents } from '../src/index.js';
import { Context, failure } from './context.js';
import { each, outOfRange, wrong, wrongType } from './support/refusals.js';

describe('Timespec', () => {
  test('is 0 unless given', () => {
    expect(new Timespec()).toMatchObject({ tv_sec: 0n, tv_nsec: 0n });
    expect(new Timespec(3)).toMatchObject({ tv_sec: 3n, tv_nsec: 0n });
  });

  test('reads back what was set, given to it or set later, number or bigint', () => {
    const part = fc.oneof(
      fc.maxSafeInteger(),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    );
    fc.assert(
      fc.property(part, part, (sec, nsec) => {
        const expected = { tv_sec: BigInt(sec), tv_nsec: BigInt(nsec) };
        expect(new Timespec(sec, nsec)).toMatchObject(expected);
        const timespec = new Timespec(1, 2);
        timespec.tv_sec = sec;
        expect(timespec).toMatchObject({ tv_sec: BigInt(sec), tv_nsec: 2n });
        timespec.tv_nsec = nsec;
        expect(timespec).toMatchObject(expected);
      }),
    );
  });

  test.for(each(0.5, NaN, Infinity, 2 ** 53, 2n ** 63n, -(2n ** 63n) - 1n))(
    'refuses %o',
    ([value]) => {
      const timespec = new Timespec(1, 2);
      expect(() => (timespec.tv_sec = value)).toThrow(outOfRange);
      expect(() => (timespec.tv_nsec = value)).toThrow(outOfRange);
      expect(() => new Timespec(value)).toThrow(outOfRange);
      expect(() => new Timespec(0, value)).toThrow(outOfRange);
      expect(timespec).toMatchObject({ tv_sec: 1n, tv_nsec: 2n });
    },
  );

  test.for(each(null, '1', {}, [1], true, Symbol('1')))('refuses %o', ([value]) => {
    expect(() => new Timespec(wrong(value))).toThrow(wrongType);
    expect(() => new Timespec(0, wrong(value))).toThrow(wrongType);
  });

  test('what is negative or not normalised is refused when it is used', () => {
    using context = new Context(1);
    const events = new IoEventArray(1);
    const bad = fc.oneof(
      fc.tuple(
        fc.bigInt({ min: -(2n ** 63n), max: -1n }),
        fc.bigInt({ min: 0n, max: 999_999_999n }),
      ),
      fc.tuple(
        fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
        fc.oneof(
          fc.bigInt({ min: -(2n ** 63n), max: -1n }),
          fc.bigInt({ min: 1_000_000_000n, max: 2n ** 63n - 1n }),
        ),
      ),
    );
    fc.assert(
      fc.property(bad, ([sec, nsec]) => {
        const timeout = new Timespec(sec, nsec);
        // With a min_nr of 1 the kernel would wait for ever on a negative tv_sec.
        expect(() => io_getevents(context.ctx, 1, 1, events, timeout)).toThrow(
          failure('EINVAL', 'io_getevents'),
        );
        expect(() => io_pgetevents(context.ctx, 1, 1, events, timeout, null)).toThrow(
          failure('EINVAL', 'io_pgetevents'),
        );
      }),
    );
  });

  test.for(each(undefined, 0, 0n, {}, { tv_sec: 0n, tv_nsec: 0n }))(
    '%o does not stand for one',
    ([timeout]) => {
      using context = new Context(1);
      const events = new IoEventArray(1);
      expect(() => io_getevents(context.ctx, 0, 1, events, wrong(timeout))).toThrow(wrongType);
    },
  );
});
