// The kernel says but once that something could not be written: to the sync that finds out. Where nobody waits for that one any
// more, the next has to say it, or it would tell its caller that everything is on the disk.
import { type Patience, isPatient, refusalBy, whenGivenUp } from './give-up.js';

/** What syncs come to, by handle, that were given up on since the last. */
const unheard = new WeakMap<object, Promise<unknown>>();

/** Both; it rejects with the earlier one's error where that has failed. */
async function both(earlier: Promise<unknown>, later: Promise<unknown>): Promise<void> {
  const outcomes = await Promise.allSettled([earlier, later]);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

function leaveToNext(handle: object, syncing: Promise<unknown>): void {
  const others = unheard.get(handle);
  const all = others === undefined ? syncing : both(others, syncing);
  // There may be no next.
  all.catch(() => undefined);
  unheard.set(handle, all);
}

/**
 * Syncs a file, and says what has come of that and of earlier syncs of this handle that were given up on.
 *
 * @param sync - begins it; goes on where its caller gives up
 */
export function syncHeard(
  handle: object,
  patience: Patience,
  sync: () => Promise<unknown>,
): Promise<unknown> {
  const refusal = refusalBy(patience);
  if (refusal !== null) return Promise.reject(refusal);
  const own = sync();
  const earlier = unheard.get(handle);
  unheard.delete(handle);
  const syncing = earlier === undefined ? own : both(earlier, own);
  if (isPatient(patience)) return syncing;
  return new Promise((resolve, reject) => {
    // First: to listen to somebody's signal may throw.
    syncing.then(resolve, reject);
    const forget = whenGivenUp(patience, (error) => {
      leaveToNext(handle, syncing);
      reject(error);
    });
    syncing.then(forget, forget);
  });
}
