import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as aio from '../src/index.js';
import { native } from '../src/native.js';

const exported: Record<string, unknown> = Object.fromEntries(
  Object.entries(aio).filter(([, value]) => typeof value === 'number'),
);

describe('constants', () => {
  test.for(Object.entries(native.constants))('%s is what the compiler says', ([name, value]) => {
    expect(exported[name]).toBe(value);
  });

  test('the compiler knows all that are exported, but RWF_SUPPORTED, which no header promises', () => {
    expect(Object.keys(exported).filter((name) => !(name in native.constants))).toEqual([
      'RWF_SUPPORTED',
    ]);
  });

  test('RWF_SUPPORTED is all RWF flags together, and each is a bit of its own', () => {
    const flags = Object.entries(native.constants).filter(([name]) => name.startsWith('RWF_'));
    expect(flags.reduce((sum, [, flag]) => sum + flag, 0)).toBe(aio.RWF_SUPPORTED);
    expect(flags.reduce((all, [, flag]) => all | flag, 0)).toBe(aio.RWF_SUPPORTED);
  });
});

describe('I/O priorities', () => {
  const prioclass = fc.nat({ max: aio.IOPRIO_CLASS_MASK });
  const level = fc.nat({ max: aio.IOPRIO_LEVEL_MASK });
  const hint = fc.nat({ max: aio.IOPRIO_HINT_MASK });

  test('ioprio_value composes what the IOPRIO_PRIO macros take apart', () => {
    fc.assert(
      fc.property(prioclass, level, hint, (c, l, h) => {
        const priority = aio.ioprio_value(c, l, h);
        expect(aio.IOPRIO_PRIO_CLASS(priority)).toBe(c);
        expect(aio.IOPRIO_PRIO_LEVEL(priority)).toBe(l);
        expect(aio.IOPRIO_PRIO_HINT(priority)).toBe(h);
        expect(aio.IOPRIO_PRIO_DATA(priority)).toBe((h << aio.IOPRIO_HINT_SHIFT) | l);
        expect(aio.IOPRIO_PRIO_VALUE(c, aio.IOPRIO_PRIO_DATA(priority))).toBe(priority);
      }),
    );
  });

  test('every priority fits aio_reqprio', () => {
    const iocb = new aio.Iocb();
    fc.assert(
      fc.property(prioclass, level, hint, (c, l, h) => {
        const priority = aio.ioprio_value(c, l, h);
        iocb.aio_reqprio = priority;
        expect(iocb.aio_reqprio & 0xffff).toBe(priority);
      }),
    );
  });

  test('the hint is none unless given', () => {
    expect(aio.ioprio_value(aio.IOPRIO_CLASS_BE, aio.IOPRIO_NORM)).toBe((2 << 13) | 4);
  });

  test.for([
    [8, 0, 0],
    [-1, 0, 0],
    [0, 8, 0],
    [0, -1, 0],
    [0, 0, 1024],
    [0, 0, -1],
    [0.5, 0, 0],
    [0, NaN, 0],
  ] as const)('ioprio_value(%d, %d, %d) is refused', ([c, l, h]) => {
    expect(() => aio.ioprio_value(c, l, h)).toThrow(
      expect.objectContaining({ name: 'RangeError', code: 'ERR_OUT_OF_RANGE' }),
    );
  });
});
