import { plot, type PlotOptions } from '@observablehq/plot';
import { parseHTML } from 'linkedom';

/** A plot as the inside of an SVG. */
export interface Picture {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  /** Elements of SVG. */
  readonly content: string;
}

interface SvgElement {
  readonly tagName: string;
  readonly innerHTML: string;
  getAttribute(name: string): string | null;
}

// The types of both libraries speak of a browser's DOM, which is not among our types.
const browser = parseHTML('<!doctype html><html><body></body></html>') as unknown as {
  readonly document: object;
};

export const FONT_SIZE = 12;

/** The width of a letter, on average. */
export const LETTER = 7;

/** A hundredth of a pixel is enough; numbers in texts are shorter than those of places. */
function rounded(content: string): string {
  return content.replace(/\d+\.\d{5,}/g, (number) => Number(number).toFixed(2));
}

/** Draws a plot without a browser. Colours of text and axes are those of what it is put in. */
export function renderPlot(title: string, options: PlotOptions): Picture {
  const svg = plot({ ...options, document: browser.document as never }) as unknown as SvgElement;
  const size = (name: string): number => Number(svg.getAttribute(name));
  return {
    title,
    width: size('width'),
    height: size('height'),
    content: `<g class="${svg.getAttribute('class') ?? ''}" fill="currentColor" text-anchor="middle" font-family="system-ui, sans-serif" font-size="${FONT_SIZE}">${rounded(svg.innerHTML)}</g>`,
  };
}
