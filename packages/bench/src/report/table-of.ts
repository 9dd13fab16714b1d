import type { Column, Table } from './report.js';

/** A column that knows what to say of each row's subject. */
export interface Figure<Subject> extends Column {
  readonly cell: (subject: Subject) => string;
}

export function tableOf<Subject>(
  figures: readonly Figure<Subject>[],
  subjects: readonly Subject[],
): Table {
  return {
    columns: figures,
    rows: subjects.map((subject) => figures.map(({ cell }) => cell(subject))),
  };
}
