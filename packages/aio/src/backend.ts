import type { Engine } from './engine/engine.js';
import { sharedEngine } from './engine/shared-engine.js';

/** Who reads and writes: see {@link OpenOptions.backend}. */
export type Backend = 'auto' | 'kernel' | 'node';

let warned = false;

function warnOnce(reason: string): void {
  if (warned) return;
  warned = true;
  process.emitWarning(`Kernel AIO cannot be used, so Node's thread pool is: ${reason}`, {
    type: 'AioWarning',
    code: 'AIO_FALLBACK',
  });
}

/**
 * The engine to serve a file with; null where Node is to.
 *
 * @throws what is in the way of kernel AIO, where `backend` is 'kernel'
 */
export function engineFor(backend: Backend): Engine | null {
  if (backend === 'node') return null;
  try {
    return sharedEngine();
  } catch (error) {
    if (backend === 'kernel') throw error;
    warnOnce((error as Error).message);
    return null;
  }
}

/** @throws TypeError - not one of them */
export function checkBackend(backend: unknown): Backend {
  if (backend === 'auto' || backend === 'kernel' || backend === 'node') return backend;
  throw Object.assign(
    new TypeError(
      `The option "backend" must be 'auto', 'kernel' or 'node'. Received ${String(backend)}`,
    ),
    { code: 'ERR_INVALID_ARG_VALUE' },
  );
}
