import type { Spread } from './spread.js';

const NONE = '-';

function digitsFor(value: number): number {
  const size = Math.abs(value);
  if (size >= 100) return 0;
  return size >= 10 ? 1 : size >= 1 ? 2 : 3;
}

/** Three significant digits or so, thousands apart. */
export function formatNumber(value: number, digits: number = digitsFor(value)): string {
  return value.toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

export function formatMedian(spread: Spread | undefined, digits?: number): string {
  return spread === undefined ? NONE : formatNumber(spread.median, digits);
}

/** A median with its range over the rounds: `0.067 (0.066..0.068)`. */
export function formatMedianAndRange(spread: Spread | undefined, digits?: number): string {
  if (spread === undefined) return NONE;
  const [median, least, most] = [spread.median, spread.min, spread.max].map((value) =>
    formatNumber(value, digits),
  );
  return `${median} (${least}..${most})`;
}

/** The median of ratios: `0.55x`. */
export function formatFactor(spread: Spread | undefined): string {
  return spread === undefined ? NONE : `${formatNumber(spread.median, 2)}x`;
}
