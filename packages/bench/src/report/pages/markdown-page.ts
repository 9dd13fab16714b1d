import { markdownTable } from 'markdown-table';
import type { Figure } from '../plots/figure.js';
import type { Cell, Section, Table } from '../report.js';
import { anchorOf, type Chapter, type Page } from './page.js';

/** What Markdown would take for something else. */
function escapeMarkdown(text: string): string {
  return text
    .replace(/[\\`*<>|[\]]/g, (character) => `\\${character}`)
    .replaceAll('\\<', '&lt;')
    .replaceAll('\\>', '&gt;')
    .replaceAll('\n', '<br>');
}

function cellText({ text, best }: Cell): string {
  const escaped = escapeMarkdown(text);
  return best === true ? `**${escaped}**` : escaped;
}

function renderTable({ columns, rows }: Table): string {
  return markdownTable(
    [columns.map(({ title }) => escapeMarkdown(title)), ...rows.map((row) => row.map(cellText))],
    { align: columns.map(({ align }) => align) },
  );
}

function list(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [lines.map((line) => `- ${escapeMarkdown(line)}`).join('\n')];
}

function sectionBlocks({ heading, table, meaning }: Section): readonly string[] {
  return [`### ${escapeMarkdown(heading)}`, renderTable(table), ...list(meaning)];
}

function chapterBlocks(chapter: Chapter, plots: string): readonly string[] {
  const { title, paragraphs, figures, sections, notes } = chapter;
  const image = ({ name, caption }: Figure): string =>
    `![${escapeMarkdown(caption)}](${plots}/${encodeURIComponent(name)}.svg)`;
  return [
    `## ${escapeMarkdown(title)}`,
    ...paragraphs.map(escapeMarkdown),
    ...list(notes),
    ...figures.map(image),
    ...sections.flatMap(sectionBlocks),
  ];
}

/** A page as Markdown; its plots are files in the folder `plots` beside it. */
export function markdownPage({ title, paragraphs, facts, chapters }: Page, plots: string): string {
  const contents = chapters.map(
    (chapter) => `- [${escapeMarkdown(chapter.title)}](#${anchorOf(chapter.title)})`,
  );
  const blocks = [
    `# ${escapeMarkdown(title)}`,
    ...paragraphs.map(escapeMarkdown),
    markdownTable([['how', 'and where'], ...facts.map((fact) => fact.map(escapeMarkdown))]),
    contents.join('\n'),
    ...chapters.flatMap((chapter) => chapterBlocks(chapter, plots)),
  ];
  return `${blocks.join('\n\n')}\n`;
}
