import { axisX, axisY, dot, gridY, line, ruleX, text } from '@observablehq/plot';
import type { DriverColours } from './driver-colours.js';
import { FONT_SIZE, LETTER, renderPlot, type Picture } from './render-plot.js';
import { setApart } from './set-apart.js';
import { scaleOf, WIDE, type ValueScale } from './value-scale.js';

export interface Point {
  readonly driver: string;
  readonly x: number;
  readonly y: number;
  /** How far the figures go. */
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

export interface LinePlot {
  readonly title: string;
  readonly points: readonly Point[];
  readonly x: {
    readonly label: string;
    readonly ticks: readonly number[];
    readonly format: (value: number) => string;
  };
  readonly y: { readonly label: string };
}

const WIDTH = 440;
const HEIGHT = 260;
const LINES = 5;
const MARGIN = { top: 24, bottom: 46, left: 56 };
/** The drivers' names beside the ends of their lines, apart from each other. */
function labelsOf(points: readonly Point[], scale: ValueScale): readonly Point[] {
  const last = new Map<string, Point>();
  for (const point of points) last.set(point.driver, point);
  const ends = [...last.values()];
  const x = Math.max(...points.map((point) => point.x));
  const distance = (FONT_SIZE + 2) / (HEIGHT - MARGIN.top - MARGIN.bottom);
  const places = setApart(
    ends.map(({ y }) => scale.toPlace(y)),
    distance,
  );
  return ends.map(({ driver }, i) => ({ driver, x, y: scale.fromPlace(places[i]!) }));
}

/** A line for each driver through its medians, with whiskers where there is a range. */
export function linePlot({ title, points, x, y }: LinePlot, colours: DriverColours): Picture {
  const coloured = (it: readonly Point[]): readonly (Point & { readonly colour: string })[] =>
    it.map((point) => ({ ...point, colour: colours(point.driver) }));
  const data = coloured(points);
  const scale = scaleOf(
    points.flatMap((point) => [point.y, point.min ?? point.y, point.max ?? point.y]),
  );
  const labels = coloured(labelsOf(points, scale));
  const names = Math.max(...labels.map(({ driver }) => driver.length));
  const xs = points.map((point) => point.x);
  const isLog = Math.min(...xs) > 0 && Math.max(...xs) / Math.min(...xs) >= WIDE;
  return renderPlot(title, {
    width: WIDTH,
    height: HEIGHT,
    marginTop: MARGIN.top,
    marginBottom: MARGIN.bottom,
    marginLeft: MARGIN.left,
    marginRight: names * LETTER + 26,
    x: { type: isLog ? 'log' : 'linear' },
    y: { type: scale.type, domain: [...scale.domain] },
    color: { type: 'identity' },
    marks: [
      gridY(scale.ticks, { ticks: LINES }),
      axisY(scale.ticks, {
        ticks: LINES,
        ...{ text: (it: number) => it.toLocaleString('en'), labelArrow: 'none' },
        label: scale.type === 'log' ? `${y.label}, logarithmic` : y.label,
      }),
      axisX(x.ticks, {
        ...{ text: x.format, label: x.label },
        ...{ labelArrow: 'none', labelAnchor: 'center', labelOffset: 40 },
      }),
      ruleX(
        data.filter(({ min }) => min !== undefined),
        { x: 'x', y1: 'min', y2: 'max', stroke: 'colour', strokeWidth: 1.5 },
      ),
      line(data, { x: 'x', y: 'y', z: 'driver', stroke: 'colour', strokeWidth: 2 }),
      dot(data, { x: 'x', y: 'y', fill: 'colour', r: 2.5 }),
      dot(labels, { x: 'x', y: 'y', fill: 'colour', r: 4, dx: 14, symbol: 'square' }),
      text(labels, { x: 'x', y: 'y', text: 'driver', textAnchor: 'start', dx: 21 }),
    ],
  });
}
