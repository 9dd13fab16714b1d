/** From here on a logarithmic axis shows more. */
export const WIDE = 8;

/** The vertical axis of a plot. */
export interface ValueScale {
  readonly type: 'log' | 'linear';
  readonly domain: readonly [number, number];
  /** Of a logarithmic axis; the others find theirs. */
  readonly ticks: readonly number[] | undefined;
  readonly toPlace: (value: number) => number;
  readonly fromPlace: (place: number) => number;
}

/** 1, 2, 5, 10, ... as many of them as an axis has room for. */
function roundNumbers(low: number, high: number): readonly number[] {
  const steps = high / low > 1000 ? [1] : high / low > 50 ? [1, 3] : [1, 2, 5];
  const numbers: number[] = [];
  for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power++) {
    numbers.push(...steps.map((step) => Number((step * 10 ** power).toPrecision(1))));
  }
  return numbers.filter((it) => it >= low && it <= high);
}

/** An axis that all values are on: from 0, unless they are of very different size. */
export function scaleOf(values: readonly number[]): ValueScale {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const log = least > 0 && most / least >= WIDE;
  const [low, high] = log
    ? [least / 1.15, most * 1.15]
    : [Math.min(0, least), most > 0 ? most * 1.05 : 1];
  const bend = log ? Math.log : (it: number): number => it;
  const straighten = log ? Math.exp : (it: number): number => it;
  const range = bend(high) - bend(low);
  return {
    type: log ? 'log' : 'linear',
    domain: [low, high],
    ticks: log ? roundNumbers(low, high) : undefined,
    toPlace: (value) => (bend(value) - bend(low)) / range,
    fromPlace: (place) => straighten(bend(low) + place * range),
  };
}
