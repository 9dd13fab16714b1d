import { escapeMarkup } from '../escape-markup.js';
import { FONT_SIZE, type Picture } from './render-plot.js';

/** Some plots side by side, as one picture. */
export interface Figure {
  /** Of its file, without `.svg`: `random-read-bars`. */
  readonly name: string;
  /** What it shows, for those who do not see it. */
  readonly caption: string;
  readonly width: number;
  readonly height: number;
  /** Elements of SVG. */
  readonly content: string;
}

const COLUMNS = 2;
const GAP = 24;
const TITLE = 22;

function* rowsOf(pictures: readonly Picture[]): Generator<readonly Picture[]> {
  for (let i = 0; i < pictures.length; i += COLUMNS) yield pictures.slice(i, i + COLUMNS);
}

function placed({ title, content }: Picture, x: number, y: number): string {
  const heading = `<text x="4" y="${FONT_SIZE + 2}" fill="currentColor" font-family="system-ui, sans-serif" font-size="${FONT_SIZE + 1}" font-weight="600">${escapeMarkup(title)}</text>`;
  return `<g transform="translate(${x},${y})">${heading}<g transform="translate(0,${TITLE})">${content}</g></g>`;
}

/** Puts plots in rows of two. */
export function figureOf(name: string, caption: string, pictures: readonly Picture[]): Figure {
  const content: string[] = [];
  let width = 0;
  let y = 0;
  for (const row of rowsOf(pictures)) {
    let x = 0;
    for (const picture of row) {
      content.push(placed(picture, x, y));
      x += picture.width + GAP;
    }
    width = Math.max(width, x - GAP);
    y += Math.max(...row.map(({ height }) => height)) + TITLE + GAP;
  }
  return { name, caption, width, height: Math.max(0, y - GAP), content: content.join('\n') };
}

const PADDING = 12;

// Background and text change together, so that it can be read wherever it is shown.
const STYLE = `
  .figure { color: #1f2328; --plot-background: #ffffff; }
  .paper { fill: #ffffff; }
  @media (prefers-color-scheme: dark) {
    .figure { color: #e6edf3; --plot-background: #0d1117; }
    .paper { fill: #0d1117; }
  }
`;

function openingTag({ caption, width, height }: Figure, more: string): string {
  const box = `${-PADDING} ${-PADDING} ${width + 2 * PADDING} ${height + 2 * PADDING}`;
  return `<svg ${more} class="figure" role="img" aria-label="${escapeMarkup(caption)}" viewBox="${box}" width="${width + 2 * PADDING}" height="${height + 2 * PADDING}">`;
}

/** A file of its own, for light and dark surroundings. */
export function svgFile(figure: Figure): string {
  const { width, height, content } = figure;
  const paper = `<rect class="paper" x="${-PADDING}" y="${-PADDING}" width="${width + 2 * PADDING}" height="${height + 2 * PADDING}" rx="6"/>`;
  const tag = openingTag(figure, 'xmlns="http://www.w3.org/2000/svg"');
  return `${tag}\n<style>${STYLE}</style>\n${paper}\n${content}\n</svg>\n`;
}

/** For a page that has the colours. */
export function svgInline(figure: Figure): string {
  return `${openingTag(figure, '')}\n${figure.content}\n</svg>`;
}
