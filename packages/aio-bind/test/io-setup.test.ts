// io_setup(2), on the rows of LTP's io_setup01 and io_setup02.
import { expect, test } from 'vitest';
import { aio_context_t, aio_limits, aio_ring, io_destroy, io_setup } from '../src/index.js';
import { Context, failure } from './context.js';

test('io_setup(1) fills the variable, and a second one into it gives EINVAL', () => {
  const ctx = new aio_context_t();
  expect(ctx.value).toBe(0n);
  io_setup(1, ctx);
  const { value } = ctx;
  expect(value).not.toBe(0n);
  expect(() => io_setup(1, ctx)).toThrow(failure('EINVAL', 'io_setup'));
  expect(ctx.value).toBe(value);
  io_destroy(ctx);
});

test('io_setup into a variable that is not 0 gives EINVAL and leaves it as it is', () => {
  const ctx = new aio_context_t(1n);
  expect(() => io_setup(1, ctx)).toThrow(failure('EINVAL', 'io_setup'));
  expect(ctx.value).toBe(1n);
});

test.for([0, -1, -1000])('io_setup(%s) gives EINVAL and leaves the variable 0', (nr_events) => {
  const ctx = new aio_context_t();
  expect(() => io_setup(nr_events, ctx)).toThrow(failure('EINVAL', 'io_setup'));
  expect(ctx.value).toBe(0n);
});

test('io_setup with null for the variable gives EFAULT', () => {
  expect(() => io_setup(1, null)).toThrow(failure('EFAULT', 'io_setup'));
});

test('io_setup of aio-max-nr + 1 gives EAGAIN, and the message quotes aio-nr and aio-max-nr', ({
  skip,
}) => {
  const { aio_max_nr } = aio_limits();
  // fs/aio.c ioctx_alloc(): a ring of more than 256 MiB is EINVAL before the limit is looked at.
  skip(aio_max_nr >= 2 ** 22, 'not runnable here: aio-max-nr is out of the way');
  const ctx = new aio_context_t();
  expect(() => io_setup(aio_max_nr + 1, ctx)).toThrow(failure('EAGAIN', 'io_setup'));
  expect(() => io_setup(aio_max_nr + 1, ctx)).toThrow(
    new RegExp(`aio-nr is \\d+ of aio-max-nr ${aio_max_nr}\\b`),
  );
  expect(ctx.value).toBe(0n);
});

test('io_setup of more than the kernel ever grants gives EINVAL', () => {
  expect(() => io_setup(0x10000000, new aio_context_t())).toThrow(failure('EINVAL', 'io_setup'));
});

test('the ring of io_setup(n) has room for n operations, and the context bears its address', () => {
  for (const nr_events of [1, 128, 1024]) {
    using context = new Context(nr_events);
    const ring = aio_ring(context.ctx);
    // null where the kernel maps no ring (gVisor)
    if (ring !== null) expect(ring.nr).toBeGreaterThan(nr_events);
    expect(context.ctx.value).not.toBe(0n);
  }
});
