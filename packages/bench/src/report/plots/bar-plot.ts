import { barX, ruleX, ruleY, text, tickX } from '@observablehq/plot';
import { formatNumber } from '../format.js';
import type { Spread } from '../spread.js';
import type { DriverColours } from './driver-colours.js';
import { LETTER, renderPlot, type Picture } from './render-plot.js';

export interface Bar {
  readonly driver: string;
  readonly spread: Spread;
}

export interface BarPlot {
  readonly title: string;
  /** What the axis counts. */
  readonly label: string;
  readonly bars: readonly Bar[];
  readonly digits?: number | undefined;
}

const WIDTH = 440;
const BAR = 20;
const VALUE = 60;

/** Medians as bars, and from the least to the greatest a whisker. */
export function barPlot({ title, label, bars, digits }: BarPlot, colours: DriverColours): Picture {
  const data = bars.map(({ driver, spread }) => ({
    driver,
    ...spread,
    colour: colours(driver),
    value: formatNumber(spread.median, digits),
  }));
  const names = Math.max(...bars.map(({ driver }) => driver.length));
  return renderPlot(title, {
    width: WIDTH,
    height: bars.length * BAR + 52,
    marginTop: 4,
    marginLeft: names * LETTER + 14,
    marginRight: VALUE,
    marginBottom: 46,
    x: { label, grid: true, labelArrow: 'none', labelAnchor: 'center', labelOffset: 40, ticks: 4 },
    y: { label: null, domain: data.map(({ driver }) => driver), tickSize: 0 },
    color: { type: 'identity' },
    marks: [
      barX(data, { x: 'median', y: 'driver', fill: 'colour' }),
      ruleY(data, { x1: 'min', x2: 'max', y: 'driver', strokeWidth: 1.5 }),
      tickX(data, { x: 'min', y: 'driver', inset: 5 }),
      tickX(data, { x: 'max', y: 'driver', inset: 5 }),
      text(data, { x: 'max', y: 'driver', text: 'value', textAnchor: 'start', dx: 6 }),
      ruleX([0]),
    ],
  });
}
