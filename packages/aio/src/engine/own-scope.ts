import { AsyncResource } from 'node:async_hooks';

/**
 * Where nobody's AsyncLocalStorage is: what is made here outlives whoever happens to be the first to ask for it, and would keep
 * what that one had stored.
 */
export const ownScope: AsyncResource = new AsyncResource('aio', { requireManualDestroy: true });
