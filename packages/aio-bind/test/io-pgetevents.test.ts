// io_pgetevents(2): io_getevents with a signal mask for the wait.
import { expect, test } from 'vitest';
import {
  IoEventArray,
  Iocb,
  POLLIN,
  POLLOUT,
  SigSet,
  Timespec,
  aio_context_t,
  io_pgetevents,
  io_prep_poll,
  sigdelset,
  sigfillset,
} from '../src/index.js';
import { Context, failure } from './context.js';
import { Pipe, tempFile } from './temp-file.js';
import { canBeWatched, handled, onceBlockedIn } from './waiting.js';

const refused = (code: Parameters<typeof failure>[0]): unknown => failure(code, 'io_pgetevents');

const polling = (fd: number, events: number): Iocb => {
  const iocb = new Iocb();
  io_prep_poll(iocb, fd, events);
  return iocb;
};

test('context 0, min -1, nr -1 and min > nr give EINVAL', () => {
  using context = new Context();
  const events = new IoEventArray(2);
  const now = new Timespec();
  const { ctx } = context;
  expect(() => io_pgetevents(new aio_context_t(), 0, 1, events, now, null)).toThrow(
    refused('EINVAL'),
  );
  expect(() => io_pgetevents(ctx, -1, 1, events, now, null)).toThrow(refused('EINVAL'));
  expect(() => io_pgetevents(ctx, 0, -1, events, now, null)).toThrow(refused('EINVAL'));
  expect(() => io_pgetevents(ctx, 2, 1, events, now, null)).toThrow(refused('EINVAL'));
});

test('null for the events gives EFAULT, and completed events survive it', () => {
  using context = new Context();
  using file = tempFile();
  expect(context.submit(polling(file.fd, POLLOUT))).toBe(1);
  expect(() => io_pgetevents(context.ctx, 1, 1, null, null, new SigSet())).toThrow(
    refused('EFAULT'),
  );
  expect(context.take()).toHaveLength(1);
});

test.for([
  ['-1 s', -1, 0],
  ['-1 ns', 0, -1],
  ['10^9 ns', 0, 1_000_000_000],
] as const)('a timeout of %s is refused with EINVAL, before the wait', ([, sec, nsec]) => {
  using context = new Context();
  const timeout = new Timespec(sec, nsec);
  expect(() => io_pgetevents(context.ctx, 1, 1, new IoEventArray(1), timeout, null)).toThrow(
    refused('EINVAL'),
  );
});

test('with and without a mask it gives what is there, and keeps to its timeout', () => {
  using context = new Context();
  using file = tempFile();
  const events = new IoEventArray(2);
  for (const mask of [null, new SigSet()]) {
    expect(context.submit(polling(file.fd, POLLOUT))).toBe(1);
    const start = process.hrtime.bigint();
    expect(io_pgetevents(context.ctx, 2, 2, events, new Timespec(0, 20_000_000), mask)).toBe(1);
    expect(process.hrtime.bigint() - start).toBeGreaterThanOrEqual(20_000_000n);
  }
});

test('a signal that the mask lets through gives EINTR', async ({ skip }) => {
  skip(!canBeWatched(), 'not runnable here: needs /proc/self/syscall');
  using context = new Context();
  const mask = new SigSet();
  sigfillset(mask);
  sigdelset(mask, 'SIGUSR2');
  using _handler = handled('SIGUSR2');
  await using _shell = onceBlockedIn('io_pgetevents', 'kill -USR2 $1');
  expect(() => io_pgetevents(context.ctx, 1, 1, new IoEventArray(1), null, mask)).toThrow(
    refused('EINTR'),
  );
});

test('a signal that the mask blocks does not interrupt the wait', async ({ skip }) => {
  skip(!canBeWatched(), 'not runnable here: needs /proc/self/syscall');
  using context = new Context();
  using pipe = new Pipe();
  const mask = new SigSet();
  sigfillset(mask);
  expect(context.submit(polling(pipe.readEnd.fd, POLLIN))).toBe(1);
  using _handler = handled('SIGUSR2');
  const script = 'kill -USR2 $1; echo >/proc/$1/fd/$2';
  await using _shell = onceBlockedIn('io_pgetevents', script, `${pipe.writeEnd.fd}`);
  expect(io_pgetevents(context.ctx, 1, 1, new IoEventArray(1), null, mask)).toBe(1);
});
