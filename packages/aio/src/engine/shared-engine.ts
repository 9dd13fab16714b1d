import { aio_context_t, io_destroy_later, io_setup } from 'aio-bind';
import { Engine } from './engine.js';
import { ownScope } from './own-scope.js';

const DEPTH = 1024;
/** Fewer than this in flight would hardly be worth it. */
export const LEAST_DEPTH = 16;
const BYTES = 1 << 28;
const THREADS = 4;
/** What io_setup(2) may fail with now and not later: aio-max-nr, descriptors or memory are used up. */
const PASSING = new Set<string | undefined>(['EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM']);

let shared: Engine | null = null;
let failure: Error | null = null;

/**
 * The engine that all handles of this environment share, made on first use. It ends with the
 * environment.
 *
 * Where the machine has not enough of aio-max-nr left, it makes do with half, and half of that.
 *
 * @throws what io_setup(2) or eventfd(2) failed with, EAGAIN for one, where there is none to be had
 */
export function sharedEngine(): Engine {
  if (shared !== null) return shared;
  // What is not there (ENOSYS, EPERM) will not come; room may.
  if (failure !== null) throw failure;
  for (let depth = DEPTH; ; depth >>= 1) {
    const ctx = new aio_context_t();
    try {
      io_setup(depth, ctx);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EAGAIN' && depth > LEAST_DEPTH) continue;
      if (!PASSING.has(code)) failure = error as Error;
      throw error;
    }
    try {
      const limits = { depth, bytes: BYTES, threads: THREADS };
      shared = ownScope.runInAsyncScope(() => new Engine(ctx, limits));
    } catch (error) {
      // No descriptor is left for its eventfd, say. A context that nobody has would keep its share of aio-max-nr.
      void io_destroy_later(ctx).catch(() => undefined);
      throw error;
    }
    return shared;
  }
}

/** The same, if it has been made. */
export function existingEngine(): Engine | null {
  return shared;
}
