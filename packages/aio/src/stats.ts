import type { EngineStats } from './engine/counters.js';
import { existingEngine } from './engine/shared-engine.js';

/**
 * What this environment's engine has done so far and is doing, with a histogram of latencies.
 *
 * @returns null as long as nothing has been opened
 */
export function stats(): EngineStats | null {
  return existingEngine()?.stats() ?? null;
}
