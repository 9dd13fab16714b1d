import { setTimeout as sleep } from 'node:timers/promises';
import type { Blocks } from '../../jobs/blocks/work.js';

/** No I/O at all, at a thousand a second: an event loop that has nothing to do. */
export function openBlocks(): Blocks {
  return {
    async transfer(count) {
      await sleep(count);
    },
    lastBlock: () => -1,
    close: () => undefined,
  };
}
