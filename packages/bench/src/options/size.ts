import { distinct } from './distinct.js';
import { parseQuantity } from './quantity.js';
import { UsageError } from './usage-error.js';

const K = 1024;

const UNITS: ReadonlyMap<string, number> = new Map(
  ['', 'k', 'm', 'g'].flatMap((letter, power) =>
    [letter, `${letter}b`, `${letter}ib`].map((unit) => [unit, K ** power] as const),
  ),
);

/** Reads a size as fio writes it: `4096`, `4k`, `256m`, `1g`, in powers of 1024. */
export function parseSize(option: string, text: string): number {
  const bytes = parseQuantity(text, UNITS);
  if (Number.isSafeInteger(bytes) && bytes > 0) return bytes;
  throw new UsageError(`${option} wants a size such as 4096, 4k or 256m, not '${text}'`);
}

/** Reads sizes that are separated by commas, each of them once. */
export function parseSizes(option: string, text: string): readonly number[] {
  const sizes = text.split(',').map((part) => parseSize(option, part));
  return distinct(option, text, sizes);
}

/** Writes a size the way that {@link parseSize} reads it. */
export function formatSize(bytes: number): string {
  if (bytes % K ** 3 === 0) return `${bytes / K ** 3}g`;
  if (bytes % K ** 2 === 0) return `${bytes / K ** 2}m`;
  if (bytes % K === 0) return `${bytes / K}k`;
  return `${bytes}`;
}
