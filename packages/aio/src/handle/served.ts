import type { Carrier } from '../engine/carrier.js';
import type { OpenFile } from '../engine/open-file.js';

/** What a handle of ours has besides Node's. */
export interface Served {
  readonly engine: Carrier;
  readonly file: OpenFile;
}

/** Where it has it. */
export const SERVED: unique symbol = Symbol('aio.served');

export interface ServedHandle {
  readonly fd: number;
  readonly [SERVED]?: Served;
}

/**
 * How kernel AIO serves a handle now; null where Node does: it is closed, or being closed, or has been
 * transferred to another thread, or its file turned out to be of a kind that has no AIO.
 */
export function servedNow(handle: ServedHandle): Served | null {
  const served = handle[SERVED];
  if (served === undefined) return null;
  const { file } = served;
  return file.leftToNode || handle.fd !== file.fd ? null : served;
}
