// io_getevents(2): its checks, its waiting, and that no event is lost with a call that fails.
import { expect, test } from 'vitest';
import {
  IoEventArray,
  Iocb,
  POLLIN,
  POLLOUT,
  Timespec,
  aio_context_t,
  io_getevents,
  io_getevents_ring,
  io_prep_poll,
} from '../src/index.js';
import { Context, failure } from './context.js';
import { Pipe, tempFile } from './temp-file.js';
import { canBeWatched, handled, onceBlockedIn, unlessInterrupted } from './waiting.js';

const refused = (code: Parameters<typeof failure>[0]): unknown => failure(code, 'io_getevents');

const polling = (fd: number, events: number): Iocb => {
  const iocb = new Iocb();
  io_prep_poll(iocb, fd, events);
  return iocb;
};

test.for([
  ['0', 0n],
  ['-1', 2n ** 64n - 1n],
  ['an invented one', 0x12345678n],
] as const)('io_getevents on context %s gives EINVAL', ([, value]) => {
  const ctx = new aio_context_t(value);
  const events = new IoEventArray(1);
  expect(() => io_getevents(ctx, 0, 1, events, new Timespec())).toThrow(refused('EINVAL'));
  expect(() => io_getevents_ring(ctx, 1, events)).toThrow(refused('EINVAL'));
});

test('min -1, nr -1 and min > nr give EINVAL', () => {
  using context = new Context();
  const events = new IoEventArray(2);
  for (const [min_nr, nr] of [
    [-1, 1],
    [0, -1],
    [-1, -1],
    [2, 1],
  ] as const) {
    expect(() => io_getevents(context.ctx, min_nr, nr, events, new Timespec())).toThrow(
      refused('EINVAL'),
    );
  }
  expect(() => io_getevents_ring(context.ctx, -1, events)).toThrow(refused('EINVAL'));
});

test('null for the events gives EFAULT, and completed events survive it', () => {
  using context = new Context();
  using file = tempFile();
  const iocb = polling(file.fd, POLLOUT);
  expect(context.submit(iocb, iocb)).toBe(2);
  expect(() => io_getevents(context.ctx, 1, 2, null, null)).toThrow(refused('EFAULT'));
  expect(iocb.slab.inFlight()).toBe(2);
  expect(context.take()).toHaveLength(2);
  expect(iocb.slab.inFlight()).toBe(0);
});

test('more events than there is room for are refused before the kernel could write them', () => {
  using context = new Context();
  using file = tempFile();
  expect(context.submit(polling(file.fd, POLLOUT))).toBe(1);
  const events = new IoEventArray(1);
  expect(() => io_getevents(context.ctx, 0, 2, events, null)).toThrow(RangeError);
  expect(() => io_getevents_ring(context.ctx, 2, events)).toThrow(RangeError);
  expect(context.take()).toHaveLength(1);
});

test('a zero timeout with nothing in flight gives 0 at once', () => {
  using context = new Context();
  expect(io_getevents(context.ctx, 1, 1, new IoEventArray(1), new Timespec(0, 0))).toBe(0);
  expect(io_getevents_ring(context.ctx, 1, new IoEventArray(1))).toBe(0);
});

test('no timeout with min 0 gives what is there', () => {
  using context = new Context();
  using file = tempFile();
  const iocb = polling(file.fd, POLLOUT);
  const events = new IoEventArray(4);
  expect(io_getevents(context.ctx, 0, 4, events, null)).toBe(0);
  expect(context.submit(iocb, iocb, iocb)).toBe(3);
  expect(io_getevents(context.ctx, 0, 2, events, null)).toBe(2);
  expect(io_getevents(context.ctx, 0, 4, events, null)).toBe(1);
});

test('min 0 and nr 0 give 0, and the event stays', () => {
  using context = new Context();
  using file = tempFile();
  expect(context.submit(polling(file.fd, POLLOUT))).toBe(1);
  expect(io_getevents(context.ctx, 0, 0, new IoEventArray(1), null)).toBe(0);
  expect(io_getevents_ring(context.ctx, 0, new IoEventArray(1))).toBe(0);
  expect(context.take()).toHaveLength(1);
});

test('a timeout that elapses gives what is there, and not before it', () => {
  using context = new Context();
  using file = tempFile();
  for (const there of [0, 1]) {
    if (there === 1) expect(context.submit(polling(file.fd, POLLOUT))).toBe(1);
    const start = process.hrtime.bigint();
    const timeout = new Timespec(0, 50_000_000);
    expect(io_getevents(context.ctx, 2, 2, new IoEventArray(2), timeout)).toBe(there);
    expect(process.hrtime.bigint() - start).toBeGreaterThanOrEqual(50_000_000n);
  }
});

test.for([
  ['-1 s', -1, 0],
  ['-2^63 s', -(2n ** 63n), 0],
  ['-1 ns', 0, -1],
  ['10^9 ns', 0, 1_000_000_000],
  ['2^63-1 ns', 0, 2n ** 63n - 1n],
  ['1 s and -1 ns', 1, -1],
] as const)('a timeout of %s is refused with EINVAL, before the wait', ([, sec, nsec]) => {
  using context = new Context();
  // The kernel would wait for ever on some of them (man io_getevents says nothing of it).
  const timeout = new Timespec(sec, nsec);
  expect(() => io_getevents(context.ctx, 1, 1, new IoEventArray(1), timeout)).toThrow(
    refused('EINVAL'),
  );
});

test('the longest timeout is no timeout: an event ends the wait', () => {
  using context = new Context();
  using file = tempFile();
  expect(context.submit(polling(file.fd, POLLOUT))).toBe(1);
  const timeout = new Timespec(2n ** 63n - 1n, 999_999_999);
  expect(io_getevents(context.ctx, 1, 1, new IoEventArray(1), timeout)).toBe(1);
});

test('a wait without a timeout ends when min events are there', async ({ skip }) => {
  skip(!canBeWatched(), 'not runnable here: needs /proc/self/syscall');
  using context = new Context();
  using file = tempFile();
  using pipe = new Pipe();
  expect(context.submit(polling(file.fd, POLLOUT), polling(pipe.readEnd.fd, POLLIN))).toBe(2);
  await using _shell = onceBlockedIn('io_getevents', 'echo >/proc/$1/fd/$2', `${pipe.writeEnd.fd}`);
  // A signal may end a wait early, which is the next test's subject: a child of another test ends.
  const events = new IoEventArray(4);
  let taken = 0;
  while (taken < 2)
    taken += unlessInterrupted(() => io_getevents(context.ctx, 2 - taken, 4, events, null));
  expect(taken).toBe(2);
});

test('a signal interrupts a wait with EINTR', async ({ skip }) => {
  skip(!canBeWatched(), 'not runnable here: needs /proc/self/syscall');
  using context = new Context();
  using _handler = handled('SIGUSR2');
  await using _shell = onceBlockedIn('io_getevents', 'kill -USR2 $1');
  expect(() => io_getevents(context.ctx, 1, 1, new IoEventArray(1), null)).toThrow(
    refused('EINTR'),
  );
});
