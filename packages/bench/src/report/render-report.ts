import CliTable from 'cli-table3';
import type { Cell, Report, Section, Table } from './report.js';

function cellText({ text, best }: Cell): string {
  return best === true ? `* ${text}` : text;
}

function renderTable({ columns, rows }: Table): string {
  const table = new CliTable({
    head: columns.map(({ title }) => title),
    colAligns: columns.map(({ align }) => align),
    style: { head: [], border: [], compact: true },
  });
  table.push(...rows.map((row) => row.map(cellText)));
  return table.toString();
}

function hasBest({ table }: Section): boolean {
  return table.rows.some((row) => row.some(({ best }) => best === true));
}

/** A report as text for a terminal. */
export function renderReport({ title, sections, notes }: Report): string {
  const lines = [...(sections.some(hasBest) ? ['a figure with * is the best'] : []), ...notes];
  const blocks = [title, '='.repeat(title.length), ''];
  for (const { heading, table, meaning } of sections) {
    blocks.push(heading, renderTable(table), ...meaning.map((line) => `  ${line}`), '');
  }
  return [...blocks, ...lines.map((line) => `* ${line}`), ''].join('\n');
}
