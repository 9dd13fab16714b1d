import CliTable from 'cli-table3';
import type { Cell, Report, Table } from './report.js';

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

/** A report as text for a terminal. */
export function renderReport({ title, sections, notes }: Report): string {
  const blocks = [title, '='.repeat(title.length), ''];
  for (const { heading, table, meaning } of sections) {
    blocks.push(heading, renderTable(table), ...meaning.map((line) => `  ${line}`), '');
  }
  return [...blocks, ...notes.map((line) => `* ${line}`), ''].join('\n');
}
