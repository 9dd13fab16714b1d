import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Blocks, BlocksWork } from '../../jobs/blocks/work.js';
import { fioBlocks } from '../fio/blocks.js';

/** How much longer than the measurement, for starting and warming up: it must not go on for ever if all else fails. */
const SPARE_SECONDS = 10;

/**
 * No I/O in this process, at a thousand a second, while another (fio, O_DIRECT) has the device as busy as
 * it gets: what the loop feels of that is the machine's doing.
 */
export function openBlocks(work: BlocksWork): Blocks {
  const stop = new AbortController();
  // An interrupted bench ends this process, which must not leave another behind.
  const terminate = (): void => {
    stop.abort();
    process.exit(128 + constants.signals.SIGTERM);
  };
  process.once('SIGTERM', terminate);
  const seconds = work.seconds + SPARE_SECONDS;
  const elsewhere = { ...work, seconds, direct: true, once: false, latency: false };
  const ended = fioBlocks('libaio', elsewhere, stop.signal).then(() => {
    throw new Error('fio ended before it was stopped');
  });
  // Heard by whoever transfers; at the end it is stopped, which is no news.
  const settled = ended.catch(() => undefined);
  return {
    async transfer(count) {
      const over = new AbortController();
      try {
        await Promise.race([sleep(count, undefined, { signal: over.signal }), ended]);
      } finally {
        over.abort();
      }
    },
    lastBlock: () => -1,
    async close() {
      process.off('SIGTERM', terminate);
      stop.abort();
      await settled;
    },
  };
}
