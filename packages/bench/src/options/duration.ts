import { parseQuantity } from './quantity.js';
import { UsageError } from './usage-error.js';

const UNITS: ReadonlyMap<string, number> = new Map([
  ['ms', 0.001],
  ['', 1],
  ['s', 1],
  ['m', 60],
]);
const SHORTEST = 0.001;

/** Reads a duration as fio writes it, `500ms`, `2s` or plain seconds, and gives seconds. */
export function parseDuration(option: string, text: string): number {
  const seconds = parseQuantity(text, UNITS);
  if (seconds >= SHORTEST) return seconds;
  throw new UsageError(`${option} wants a duration such as 500ms, 2s or 2, not '${text}'`);
}
