import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

/** Collects until `condition` holds, but a bounded number of times; says whether it came about. */
export async function collectGarbageUntil(condition: () => boolean): Promise<boolean> {
  for (let turn = 0; turn < 50 && !condition(); turn++) {
    // What a WeakRef was asked for stays until the job ends in which it was asked.
    await nextTurn();
    gc();
  }
  return condition();
}

/** Collects whatever can be: what finalizers let go of as well. */
export async function collectGarbage(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) {
    gc();
    await nextTurn();
  }
}
