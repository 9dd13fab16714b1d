import type { FileHandle } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { stats } from '../../src/index.js';

/** By what Node's streams do their I/O. */
const CALLS = ['read', 'write', 'writev', 'close'] as const;

type Call = (...given: unknown[]) => Promise<unknown>;

function engineIsIdle(): boolean {
  const { inFlight, queued } = stats() ?? { inFlight: 0, queued: 0 };
  return inFlight + queued === 0;
}

/**
 * Watches a handle, of Node's or ours.
 *
 * @returns waits until nothing of it is under way, and nothing has come of that: its streams are at rest
 */
export function watchRest(handle: FileHandle): () => Promise<void> {
  let underWay = 0;
  const ended = (): void => {
    underWay--;
  };
  for (const name of CALLS) {
    const call = (handle[name] as Call).bind(handle);
    const counted: Call = (...given) => {
      underWay++;
      const result = call(...given);
      result.then(ended, ended);
      return result;
    };
    Reflect.set(handle, name, counted);
  }
  return async () => {
    // What follows from an end is begun in the turn of that end, or else in the one after it.
    for (let quietTurns = 0; quietTurns < 2;) {
      await nextTurn();
      quietTurns = underWay === 0 && engineIsIdle() ? quietTurns + 1 : 0;
    }
  };
}
