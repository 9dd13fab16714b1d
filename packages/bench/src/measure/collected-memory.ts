import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | undefined;

/** Collects garbage now, as `node --expose-gc` lets programs do. */
export function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
}

/** What this process holds, in bytes. */
export interface CollectedMemory {
  /** V8's heap, without garbage. */
  readonly heap: number;
  /** What JavaScript objects hold outside of it: buffers, tables. */
  readonly external: number;
  readonly resident: number;
  /** The part of it in which V8 makes new objects: it grows with their rate, up to a fixed size. */
  readonly newSpace: number;
}

function newSpaceBytes(): number {
  const spaces = getHeapSpaceStatistics();
  return spaces.find(({ space_name }) => space_name === 'new_space')?.physical_space_size ?? 0;
}

/** What is held once all garbage is gone. */
export function collectedMemory(): CollectedMemory {
  // The first run finds what was garbage; what only that held is found by the second.
  collectGarbage();
  collectGarbage();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed, external, resident: rss, newSpace: newSpaceBytes() };
}
