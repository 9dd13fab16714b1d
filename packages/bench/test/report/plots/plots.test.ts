import { describe, expect, it } from 'vitest';
import { barPlot } from '../../../src/report/plots/bar-plot.js';
import { driverColours } from '../../../src/report/plots/driver-colours.js';
import { linePlot } from '../../../src/report/plots/line-plot.js';

const colours = driverColours(['idle', 'aio', 'fs-sync'], new Set(['idle']));

function textsOf(content: string): readonly string[] {
  return [...content.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text ?? '');
}

it('a driver keeps its colour, and the control has none', () => {
  const others = driverColours(['aio', 'fs-sync', 'aio'], new Set());
  expect(['aio', 'fs-sync'].map(colours)).toEqual(['aio', 'fs-sync'].map(others));
  expect(new Set(['idle', 'aio', 'fs-sync'].map(colours)).size).toBe(3);
});

describe('a bar plot', () => {
  const { content } = barPlot(
    {
      title: '4k',
      label: 'reads/s',
      bars: [
        { driver: 'aio', spread: { median: 50, min: 40, max: 60 } },
        { driver: 'fs-sync', spread: { median: 100, min: 100, max: 100 } },
      ],
    },
    colours,
  );

  it('has a bar of its colour for each driver, as long as its median', () => {
    const widths = ['aio', 'fs-sync'].map((driver) => {
      const bar = new RegExp(`<rect[^>]*fill="${colours(driver)}"[^>]*>`).exec(content)?.[0] ?? '';
      return Number(/ width="([\d.]+)"/.exec(bar)?.[1]);
    });
    expect(widths[1]! / widths[0]!).toBeCloseTo(2, 1);
  });

  it('names drivers, medians and the axis', () => {
    expect(textsOf(content)).toEqual(
      expect.arrayContaining(['aio', 'fs-sync', '50.0', '100', 'reads/s']),
    );
  });
});

describe('a line plot', () => {
  const plot = (ys: readonly number[]): string =>
    linePlot(
      {
        title: 'us/read',
        points: ys.map((y, i) => ({ driver: 'aio', x: 8 ** (i + 1), y })),
        x: { label: 'iodepth', ticks: [8, 64, 512], format: (value) => `${value}` },
        y: { label: 'less is better' },
      },
      colours,
    ).content;

  it('has a tick for each case, and the driver beside its line', () => {
    const texts = textsOf(plot([3, 2, 1]));
    expect(texts).toEqual(expect.arrayContaining(['8', '64', '512', 'iodepth', 'aio', '0']));
    expect(texts).not.toContain('less is better, logarithmic');
  });

  it('is logarithmic, and says so, where figures are of very different size', () => {
    const texts = textsOf(plot([1, 10, 100]));
    expect(texts).toEqual(expect.arrayContaining(['1', '10', '100']));
    expect(texts).toContain('less is better, logarithmic');
  });

  it('can show what is below zero', () => {
    expect(textsOf(plot([-1, 10, 100]))).not.toContain('less is better, logarithmic');
  });
});
