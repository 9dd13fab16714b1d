import { constants } from 'node:os';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  SigSet,
  sigaddset,
  sigdelset,
  sigemptyset,
  sigfillset,
  sigismember,
} from '../src/index.js';
import { each, outOfRange, wrong, wrongType } from './support/refusals.js';

const number = fc.integer({ min: 1, max: 64 });

describe('SigSet', () => {
  test('is empty at first', () => {
    expect(new SigSet().mask).toBe(0n);
  });

  test('has signal n as bit n - 1, and behaves like a set of numbers', () => {
    const step = fc.record({ add: fc.boolean(), sig: number });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const set = new SigSet();
        const model = new Set<number>();
        for (const { add, sig } of steps) {
          if (add) sigaddset(set, sig);
          else sigdelset(set, sig);
          if (add) model.add(sig);
          else model.delete(sig);
        }
        const bits = [...model].reduce((mask, sig) => mask | (1n << BigInt(sig - 1)), 0n);
        expect(set.mask).toBe(bits);
        for (let sig = 1; sig <= 64; sig++) expect(sigismember(set, sig)).toBe(model.has(sig));
      }),
    );
  });

  test('sigfillset puts all 64 in, sigemptyset takes all out', () => {
    const set = new SigSet();
    sigfillset(set);
    expect(set.mask).toBe(2n ** 64n - 1n);
    sigdelset(set, 64);
    expect(set.mask).toBe(2n ** 63n - 1n);
    sigemptyset(set);
    expect(set.mask).toBe(0n);
  });

  test.for(Object.entries(constants.signals))('%s is signal %d', ([name, sig]) => {
    const set = new SigSet();
    sigaddset(set, name as NodeJS.Signals);
    expect(set.mask).toBe(1n << BigInt(sig - 1));
    expect(sigismember(set, sig)).toBe(true);
    sigdelset(set, name as NodeJS.Signals);
    expect(set.mask).toBe(0n);
  });

  test('the mask can be set as a whole', () => {
    const set = new SigSet();
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (mask) => {
        set.mask = mask;
        expect(set.mask).toBe(mask);
      }),
    );
  });

  test.for(each(-1n, 2n ** 64n, 0.5))('refuses the mask %o', ([mask]) => {
    expect(() => (new SigSet().mask = mask)).toThrow(outOfRange);
  });

  test.for(each(undefined, null, '1', {}))('refuses the mask %o', ([mask]) => {
    expect(() => (new SigSet().mask = wrong(mask))).toThrow(wrongType);
  });
});

describe.for([
  ['sigaddset', sigaddset],
  ['sigdelset', sigdelset],
  ['sigismember', sigismember],
] as const)('%s', ([, call]) => {
  test.for([0, -1, 65, 1.5, NaN])('refuses signal %d', (sig) => {
    expect(() => call(new SigSet(), sig)).toThrow(outOfRange);
  });

  test.for(each('SIGNOTHING', 'toString', 'int', 1n, null, undefined, {}))(
    'refuses signal %o',
    ([sig]) => {
      expect(() => call(new SigSet(), wrong(sig))).toThrow(wrongType);
    },
  );
});

describe.for([
  ['sigemptyset', sigemptyset],
  ['sigfillset', sigfillset],
  ['sigaddset', sigaddset],
  ['sigdelset', sigdelset],
  ['sigismember', sigismember],
] as const)('%s', ([, call]) => {
  test.for(each(undefined, null, 0n, { mask: 0n }))('refuses the set %o', ([set]) => {
    expect(() => call(wrong(set), 1)).toThrow(wrongType);
  });
});
