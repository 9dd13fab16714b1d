// io_cancel(2). Its races need a second thread: see the kernel layer's tests.
import { expect, test } from 'vitest';
import {
  IoEvent,
  Iocb,
  IocbSlab,
  POLLIN,
  aio_context_t,
  aio_ring,
  allocAligned,
  io_cancel,
  io_prep_poll,
  io_prep_pread,
  io_submit,
} from '../src/index.js';
import { Context, failure } from './context.js';
import { rounds } from './support/rounds.js';
import { O_DIRECT, O_RDONLY, Pipe, tempFile } from './temp-file.js';

const refused = (code: Parameters<typeof failure>[0]): unknown => failure(code, 'io_cancel');

const polling = (pipe: Pipe): Iocb => {
  const iocb = new Iocb();
  io_prep_poll(iocb, pipe.readEnd.fd, POLLIN);
  return iocb;
};

test('io_cancel(0, NULL, NULL) gives EFAULT', () => {
  expect(() => io_cancel(new aio_context_t(), null, null)).toThrow(refused('EFAULT'));
});

test('an iocb that was never submitted, or another context, gives EINVAL', () => {
  using context = new Context();
  using other = new Context();
  using pipe = new Pipe();
  const iocb = polling(pipe);
  expect(() => io_cancel(context.ctx, iocb, new IoEvent())).toThrow(refused('EINVAL'));
  expect(context.submit(iocb)).toBe(1);
  for (const ctx of [new aio_context_t(), new aio_context_t(2n ** 64n - 1n), other.ctx]) {
    expect(() => io_cancel(ctx, iocb, new IoEvent())).toThrow(refused('EINVAL'));
  }
  io_cancel(context.ctx, iocb, new IoEvent());
});

test('an iocb whose aio_key is not the one that the kernel wrote gives EINVAL', () => {
  using context = new Context();
  using pipe = new Pipe();
  const iocb = polling(pipe);
  expect(context.submit(iocb)).toBe(1);
  expect(iocb.aio_key).toBe(0);
  iocb.aio_key = 1;
  expect(() => io_cancel(context.ctx, iocb, null)).toThrow(refused('EINVAL'));
});

test('a poll in flight is cancelled, and an event with res 0 is in the ring', () => {
  using context = new Context();
  using pipe = new Pipe();
  const iocb = polling(pipe);
  iocb.aio_data = 7;
  expect(context.submit(iocb)).toBe(1);
  const result = new IoEvent();
  io_cancel(context.ctx, iocb, result); // the kernel's EINPROGRESS is success
  expect([result.data, result.obj, result.res, result.res2]).toEqual([0n, 0n, 0n, 0n]);
  expect(context.wait(1)).toEqual([{ data: 7n, obj: BigInt(iocb.address), res: 0, res2: 0 }]);
  expect(iocb.slab.inFlight()).toBe(0);
});

test('the same again gives EINVAL, before and after its event is taken', () => {
  using context = new Context();
  using pipe = new Pipe();
  const iocb = polling(pipe);
  expect(context.submit(iocb)).toBe(1);
  io_cancel(context.ctx, iocb, null);
  expect(() => io_cancel(context.ctx, iocb, null)).toThrow(refused('EINVAL'));
  context.wait(1);
  expect(() => io_cancel(context.ctx, iocb, null)).toThrow(refused('EINVAL'));
  expect(context.take()).toEqual([]);
});

test('a poll that is ready already gives EINVAL, and its event is there', () => {
  using context = new Context();
  using pipe = new Pipe();
  const iocb = polling(pipe);
  expect(context.submit(iocb)).toBe(1);
  pipe.fill();
  expect(() => io_cancel(context.ctx, iocb, null)).toThrow(refused('EINVAL'));
  expect(Number(context.wait(1)[0]?.res) & POLLIN).toBe(POLLIN);
});

/** Cancels direct reads, and says whether any still was in flight when all had been asked for. */
function cancelDirectReads(): boolean {
  const [READS, BYTES] = [rounds(32, 12), 1 << 20];
  using context = new Context();
  using file = tempFile(Buffer.alloc(READS * BYTES, 'r'));
  using direct = file.reopen(O_RDONLY | O_DIRECT);
  const memory = allocAligned(READS * BYTES);
  const slab = new IocbSlab(READS);
  const slots = Uint32Array.from({ length: READS }, (_, slot) => slot);
  const iocbs = Array.from(slots, (slot) => {
    const iocb = new Iocb(slab, slot);
    const [start, end] = [slot * BYTES, (slot + 1) * BYTES];
    io_prep_pread(iocb, direct.fd, memory.subarray(start, end), BYTES, start);
    return iocb;
  });
  expect(io_submit(context.ctx, READS, slab, slots)).toBe(READS);
  // The last goes first: it is the one that is in flight for longest.
  for (const iocb of iocbs.toReversed()) {
    expect(() => io_cancel(context.ctx, iocb, null)).toThrow(refused('EINVAL'));
  }
  const completed = aio_ring(context.ctx)?.tail ?? 0;
  expect(context.wait(READS).map(({ res }) => res)).toEqual(new Array(READS).fill(BYTES));
  expect(memory.equals(Buffer.alloc(READS * BYTES, 'r'))).toBe(true);
  return completed < READS;
}

test('direct reads in flight give EINVAL, and complete', ({ skip }) => {
  // A disk may be faster than this process, which others hold up, but not each time.
  const wasInFlight = Array.from({ length: 20 }).some(cancelDirectReads);
  skip(
    !wasInFlight,
    'not runnable here: each time the disk was faster than the calls of io_cancel',
  );
});
