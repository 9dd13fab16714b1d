import { UsageError } from './usage-error.js';

/** Refuses a list that has something twice: what comes of each is told apart by it. */
export function distinct(
  option: string,
  text: string,
  values: readonly number[],
): readonly number[] {
  if (new Set(values).size === values.length) return values;
  throw new UsageError(`${option} wants each value once, not '${text}'`);
}
