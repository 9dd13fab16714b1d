import { readFileSync } from 'node:fs';

/** How many events all contexts on the machine may have together. */
export interface AioLimits {
  /** `/proc/sys/fs/aio-nr`: the sum of `nr_events` of all contexts that are set up now. */
  readonly aio_nr: number;
  /** `/proc/sys/fs/aio-max-nr`: what that sum may not pass (65536 unless raised). */
  readonly aio_max_nr: number;
}

/**
 * Reads the machine-wide limits of kernel AIO.
 *
 * @returns the current count and its limit, in events
 * @throws ENOENT where /proc is not mounted or the kernel has no AIO
 * @see proc_sys_fs(5)
 */
export function aio_limits(): AioLimits {
  const read = (name: string): number => Number(readFileSync(`/proc/sys/fs/${name}`, 'utf8'));
  return { aio_nr: read('aio-nr'), aio_max_nr: read('aio-max-nr') };
}
