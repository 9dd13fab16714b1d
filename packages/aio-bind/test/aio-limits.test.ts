import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { aio_limits } from '../src/index.js';
import { resultInChild } from './support/child.js';

test('aio_limits says what /proc says', () => {
  const { aio_max_nr } = aio_limits();
  expect(aio_max_nr).toBe(Number(readFileSync('/proc/sys/fs/aio-max-nr', 'utf8')));
  expect(aio_limits().aio_nr).toBeGreaterThanOrEqual(0);
});

test('aio_nr grows by exactly nr_events, and falls with io_destroy', async () => {
  const counts = await resultInChild(({ aio }) => {
    // What others on the machine do in between would show: so the best of several.
    const grown = [];
    const fallen = [];
    for (let round = 0; round < 12; round++) {
      const ctx = new aio.aio_context_t();
      const before = aio.aio_limits().aio_nr;
      aio.io_setup(77, ctx);
      const during = aio.aio_limits().aio_nr;
      aio.io_destroy(ctx);
      grown.push(during - before);
      fallen.push(during - aio.aio_limits().aio_nr);
    }
    return { grown, fallen };
  }, null);
  expect(counts.grown).toContain(77);
  expect(counts.fallen).toContain(77);
});
