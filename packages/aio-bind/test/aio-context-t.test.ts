import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  IoEventArray,
  Iocb,
  IocbSlab,
  SubmitThreads,
  Timespec,
  aio_context_t,
  aio_ring,
  io_cancel,
  io_destroy,
  io_getevents,
  io_getevents_ring,
  io_pgetevents,
  io_prep_fsync,
  io_setup,
  io_submit,
} from '../src/index.js';
import { Context, failure } from './context.js';
import { each, outOfRange, wrong, wrongType } from './support/refusals.js';
import { tempFile } from './temp-file.js';

/** Every call that takes a context. */
const calls: readonly (readonly [syscall: string, call: (ctx: aio_context_t) => unknown])[] = [
  ['io_submit', (ctx) => io_submit(ctx, 1, [new Iocb()])],
  ['io_submit', (ctx) => io_submit(ctx, 1, new IocbSlab(1), Uint32Array.of(0))],
  ['io_submit', (ctx) => new SubmitThreads().submit(ctx, [new Iocb()])],
  ['io_submit', (ctx) => new SubmitThreads().submit(ctx, new IocbSlab(1), Uint32Array.of(0))],
  ['io_cancel', (ctx) => io_cancel(ctx, new Iocb(), null)],
  ['io_getevents', (ctx) => io_getevents(ctx, 0, 1, new IoEventArray(1), new Timespec())],
  ['io_pgetevents', (ctx) => io_pgetevents(ctx, 0, 1, new IoEventArray(1), new Timespec(), null)],
  ['io_getevents', (ctx) => io_getevents_ring(ctx, 1, new IoEventArray(1))],
  ['aio_ring', (ctx) => aio_ring(ctx)],
  ['io_destroy', (ctx) => io_destroy(ctx)],
];

function expectUnknown(ctx: aio_context_t): void {
  for (const [syscall, call] of calls) expect(() => call(ctx)).toThrow(failure('EINVAL', syscall));
}

describe('aio_context_t', () => {
  test('is 0 at first, and the address of the ring once it is set up', () => {
    const ctx = new aio_context_t();
    expect(ctx.value).toBe(0n);
    io_setup(1, ctx);
    try {
      expect(ctx.value).toBeGreaterThan(0n);
    } finally {
      io_destroy(ctx);
    }
  });

  test('holds any number of 64 bits', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
        expect(new aio_context_t(value).value).toBe(value);
      }),
    );
    expect(new aio_context_t(5).value).toBe(5n);
  });

  test('cannot be set by hand', () => {
    const ctx = new aio_context_t();
    expect(() => Object.assign(ctx, { value: 1n })).toThrow(TypeError);
  });

  test('keeps its value when the context is destroyed, and no call knows it any more', () => {
    const ctx = new aio_context_t();
    io_setup(1, ctx);
    const { value } = ctx;
    io_destroy(ctx);
    expect(ctx.value).toBe(value);
    expectUnknown(ctx);
  });

  test('that was never set up is unknown to every call', () => {
    expectUnknown(new aio_context_t());
  });

  test('with an invented number is unknown to every call', () => {
    expectUnknown(new aio_context_t(2n ** 64n - 1n));
    expectUnknown(new aio_context_t(4096n));
  });

  test('with the number of a context that there is names nothing: it must come from io_setup', () => {
    using context = new Context(1);
    expectUnknown(new aio_context_t(context.ctx.value));
    expect(aio_ring(context.ctx)).not.toBeNull();
  });

  test('two contexts do not mix up their events', () => {
    using one = new Context(1);
    using other = new Context(1);
    expect(one.ctx.value).not.toBe(other.ctx.value);
    using file = tempFile(16);
    const slab = new IocbSlab(2);
    const [first, second] = [new Iocb(slab, 0), new Iocb(slab, 1)];
    io_prep_fsync(first, file.fd);
    io_prep_fsync(second, file.fd);
    expect(one.submit(first)).toBe(1);
    expect(other.submit(second)).toBe(1);
    expect(other.wait(1)).toMatchObject([{ obj: BigInt(second.address) }]);
    expect(one.wait(1)).toMatchObject([{ obj: BigInt(first.address) }]);
    expect([...one.take(), ...other.take()]).toEqual([]);
  });

  test('a second io_setup into it is refused, and harms nothing', () => {
    using context = new Context(1);
    const { value } = context.ctx;
    expect(() => io_setup(1, context.ctx)).toThrow(failure('EINVAL', 'io_setup'));
    expect(context.ctx.value).toBe(value);
    expect(context.take()).toEqual([]);
  });

  test.for(each(-1, -1n, 0.5, NaN, 2n ** 64n, 2 ** 53))('refuses %o', ([value]) => {
    expect(() => new aio_context_t(value)).toThrow(outOfRange);
  });

  test.for(each(null, '1', {}, true))('refuses %o', ([value]) => {
    expect(() => new aio_context_t(wrong(value))).toThrow(wrongType);
  });

  test.for(each(undefined, null, 0, 0n, {}, new IocbSlab(1), { value: 1n }))(
    '%o does not stand for one',
    ([ctx]) => {
      for (const [, call] of calls) expect(() => call(wrong(ctx))).toThrow(wrongType);
    },
  );
});
