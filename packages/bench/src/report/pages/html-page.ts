import { svgInline, type Figure } from '../plots/figure.js';
import type { Cell, Column, Section, Table } from '../report.js';
import { escapeMarkup } from '../escape-markup.js';
import { anchorOf, type Chapter, type Page } from './page.js';
import { STYLE } from './style.js';

function cell({ text, best }: Cell, { align }: Column): string {
  const kind = [align === 'right' ? 'figure-cell' : '', best === true ? 'best' : '']
    .filter(Boolean)
    .join(' ');
  return `<td${kind === '' ? '' : ` class="${kind}"`}>${escapeMarkup(text)}</td>`;
}

function renderTable({ columns, rows }: Table): string {
  const head = columns.map(
    ({ title, align }) =>
      `<th${align === 'right' ? ' class="figure-cell"' : ''}>${escapeMarkup(title).replaceAll('\n', '<br>')}</th>`,
  );
  const body = rows.map((row) => `<tr>${row.map((it, i) => cell(it, columns[i]!)).join('')}</tr>`);
  return `<div class="wide"><table><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`;
}

function paragraphs(lines: readonly string[], kind = ''): string {
  return lines.map((line) => `<p${kind}>${escapeMarkup(line)}</p>`).join('\n');
}

function renderSection({ heading, table, meaning }: Section): string {
  return [
    `<h3>${escapeMarkup(heading)}</h3>`,
    renderTable(table),
    paragraphs(meaning, ' class="meaning"'),
  ].join('\n');
}

function renderFigure(figure: Figure): string {
  return `<figure><div class="wide">${svgInline(figure)}</div><figcaption>${escapeMarkup(figure.caption)}</figcaption></figure>`;
}

function renderChapter(chapter: Chapter): string {
  const notes = chapter.notes.map((note) => `<li>${escapeMarkup(note)}</li>`).join('\n');
  return [
    `<section id="${anchorOf(chapter.title)}"><h2>${escapeMarkup(chapter.title)}</h2>`,
    paragraphs(chapter.paragraphs),
    notes === '' ? '' : `<ul class="notes">${notes}</ul>`,
    ...chapter.figures.map(renderFigure),
    ...chapter.sections.map(renderSection),
    '</section>',
  ].join('\n');
}

/** A page that needs nothing but itself: no network, no script. */
export function htmlPage(page: Page): string {
  const { title, facts, chapters } = page;
  const rows = facts.map(
    ([what, answer]) => `<tr><th>${escapeMarkup(what)}</th><td>${escapeMarkup(answer)}</td></tr>`,
  );
  const contents = chapters.map(
    (chapter) =>
      `<li><a href="#${anchorOf(chapter.title)}">${escapeMarkup(chapter.title)}</a></li>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeMarkup(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeMarkup(title)}</h1>
${paragraphs(page.paragraphs)}
<table class="facts">${rows.join('\n')}</table>
<nav><ul>${contents.join('\n')}</ul></nav>
${chapters.map(renderChapter).join('\n')}
</body>
</html>
`;
}
