import type { Carrier } from '../engine/carrier.js';
import type { OpenFile } from '../engine/open-file.js';
import { OwnPromise } from '../engine/own-promise.js';

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
 * How kernel AIO serves a handle now; null where Node does: it is closed, or being closed with nothing of ours under way, or
 * has been transferred to another thread, or its file turned out to be of a kind that has no AIO.
 */
export function servedNow(handle: ServedHandle): Served | null {
  const served = handle[SERVED];
  if (served === undefined) return null;
  const { file } = served;
  return file.leftToNode || handle.fd !== file.fd ? null : served;
}

/** What of ours Node's own methods come behind: the file's, as long as its descriptor is the handle's. */
function stillOf(handle: ServedHandle): OpenFile | null {
  const file = handle[SERVED]?.file;
  return file?.fd === handle.fd ? file : null;
}

/** Runs one of Node's own methods, which look at the descriptor's position and move it, when those of ours that do have ended. */
export function byNodeAlone<T>(handle: ServedHandle, work: () => Promise<T>): Promise<T> {
  const file = stillOf(handle);
  if (file === null) return work();
  // Where Node does everything, it is only for what was begun before that one has to wait.
  return file.leftToNode && file.position.isIdle ? work() : file.position.alone(work);
}

/** The same for what writes. */
export function byNodeAloneToWrite<T>(handle: ServedHandle, work: () => Promise<T>): Promise<T> {
  const file = stillOf(handle);
  if (file === null) return work();
  return file.leftToNode && file.position.isIdle ? work() : file.position.aloneToWrite(work);
}

/** The same for a sync, once every write of ours has settled that was issued before it. */
export async function byNodeBehindWrites<T>(
  handle: ServedHandle,
  work: () => Promise<T>,
): Promise<T> {
  const file = stillOf(handle);
  if (file === null || file.writes.isIdle) return work();
  file.begin();
  try {
    await new OwnPromise<void>((resolve) => {
      file.writes.after(resolve);
    });
    return await work();
  } finally {
    file.end();
  }
}
