import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { aio_context_t, aio_limits, io_destroy, io_setup } from '../src/index.js';

test('aio_limits says what /proc says', () => {
  const { aio_max_nr } = aio_limits();
  expect(aio_max_nr).toBe(Number(readFileSync('/proc/sys/fs/aio-max-nr', 'utf8')));
  expect(aio_limits().aio_nr).toBeGreaterThanOrEqual(0);
});

test('aio_nr grows by exactly nr_events, and falls with io_destroy', () => {
  // What others on the machine do in between would show: so there must be a round in which none does anything.
  const grown = new Set<number>();
  const fallen = new Set<number>();
  for (let round = 0; round < 500 && !(grown.has(77) && fallen.has(77)); round++) {
    const ctx = new aio_context_t();
    const before = aio_limits().aio_nr;
    io_setup(77, ctx);
    const during = aio_limits().aio_nr;
    io_destroy(ctx);
    grown.add(during - before);
    fallen.add(during - aio_limits().aio_nr);
  }
  expect(grown).toContain(77);
  expect(fallen).toContain(77);
});
