import { distinct } from './distinct.js';
import { UsageError } from './usage-error.js';

/** Reads a whole number of at least 1 and at most `max`. */
export function parseCount(option: string, text: string, max: number): number {
  const value = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (!(value >= 1 && value <= max)) {
    throw new UsageError(`${option} wants a whole number from 1 to ${max}, not '${text}'`);
  }
  return value;
}

/** Reads whole numbers that are separated by commas, each of them once. */
export function parseCounts(option: string, text: string, max: number): readonly number[] {
  const counts = text.split(',').map((part) => parseCount(option, part, max));
  return distinct(option, text, counts);
}
