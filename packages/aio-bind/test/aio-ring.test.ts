import { describe, expect, test } from 'vitest';
import {
  type AioRing,
  IoEventArray,
  Iocb,
  aio_ring,
  io_getevents,
  io_getevents_ring,
  io_prep_pread,
  layout,
} from '../src/index.js';
import { Context } from './context.js';
import { memoryAt } from './support/memory-at.js';
import { tempFile } from './temp-file.js';

/** This kernel maps rings; gVisor, which does not, is not where these tests run. */
function ringOf(context: Context): AioRing {
  const ring = aio_ring(context.ctx);
  if (ring === null) throw new Error('the kernel maps no ring here');
  return ring;
}

describe('aio_ring', () => {
  test('shows the signature of a ring that can be read', () => {
    using context = new Context(1);
    expect(ringOf(context)).toMatchObject({
      magic: 0xa10a10a1,
      compat_features: 1,
      incompat_features: 0,
      header_length: layout.aio_ring.size,
    });
  });

  test.for([1, 100, 1024, 5000])('a context for %d has room for at least as many', (nr_events) => {
    using context = new Context(nr_events);
    expect(ringOf(context).nr).toBeGreaterThanOrEqual(nr_events);
  });

  test('shows what is at the address that the context is', () => {
    using context = new Context(8);
    const { size, ...offsets } = layout.aio_ring;
    const bytes = memoryAt(Number(context.ctx.value), size);
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, size / 4);
    const found = Object.entries(offsets).map(([name, offset]) => [name, words[offset / 4]]);
    expect(ringOf(context)).toEqual(Object.fromEntries(found));
  });

  test('tail moves with completions, head with what is collected, either way', () => {
    using file = tempFile(4096);
    using context = new Context(8);
    const events = new IoEventArray(8);
    const iocb = new Iocb();
    io_prep_pread(iocb, file.fd, Buffer.alloc(16), 16, 0);
    const { head, tail, nr } = ringOf(context);
    expect(head).toBe(tail);
    expect(context.submit(iocb, iocb, iocb, iocb)).toBe(4);
    expect(ringOf(context)).toMatchObject({ head, tail: (tail + 4) % nr });
    expect(io_getevents_ring(context.ctx, 1, events)).toBe(1);
    expect(ringOf(context)).toMatchObject({ head: (head + 1) % nr });
    expect(io_getevents(context.ctx, 0, 2, events, null)).toBe(2);
    expect(ringOf(context)).toMatchObject({ head: (head + 3) % nr });
    expect(io_getevents_ring(context.ctx, 8, events)).toBe(1);
    expect(ringOf(context)).toMatchObject({ head: (head + 4) % nr, tail: (tail + 4) % nr });
  });

  test('head and tail begin anew when the ring is through', () => {
    using file = tempFile(4096);
    using context = new Context(64);
    const events = new IoEventArray(64);
    const iocb = new Iocb();
    io_prep_pread(iocb, file.fd, Buffer.alloc(16), 16, 0);
    const iocbs = new Array<Iocb>(64).fill(iocb);
    const { nr } = ringOf(context);
    let wraps = 0;
    for (let last = ringOf(context).tail, rounds = 0; rounds < (3 * nr) / 64; rounds++) {
      expect(context.submit(...iocbs)).toBe(64);
      const { head, tail } = ringOf(context);
      expect((tail - head + nr) % nr).toBe(64);
      expect(Math.max(head, tail)).toBeLessThan(nr);
      if (tail < last) wraps++;
      last = tail;
      expect(io_getevents_ring(context.ctx, 64, events)).toBe(64);
    }
    expect(wraps).toBeGreaterThanOrEqual(2);
  });
});
