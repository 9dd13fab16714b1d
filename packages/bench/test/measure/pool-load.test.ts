import { createHook } from 'node:async_hooks';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PoolLoad } from '../../src/measure/pool-load.js';

const THREADS = 2;

/** The ids of what the pool has been asked for and has not ended yet. */
function watchPool(): ReadonlySet<number> {
  const asked = new Set<number>();
  const hook = createHook({
    init(id, type) {
      if (type === 'PBKDF2REQUEST' || type === 'GETADDRINFOREQWRAP') asked.add(id);
    },
    before(id) {
      asked.delete(id);
    },
  }).enable();
  onTestFinished(() => void hook.disable());
  return asked;
}

describe('a load for the pool', () => {
  it('has more to do than there are threads until it is stopped, and nothing afterwards', async () => {
    const asked = watchPool();
    const load = new PoolLoad(THREADS);
    for (let slice = 0; slice < 2; slice++) {
      load.start();
      expect(asked.size).toBeGreaterThan(THREADS);
      await load.stop();
      expect([...asked]).toEqual([]);
    }
  });

  it('can be stopped without having been started', async () => {
    await expect(new PoolLoad(THREADS).stop()).resolves.toBeUndefined();
  });
});
