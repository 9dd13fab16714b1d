export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
}

/** A cell, and whether it is the best of those that it is compared with. */
export interface Cell {
  readonly text: string;
  readonly best?: boolean;
}

export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

/** One question answered: a heading, a table, and what it means in words. */
export interface Section {
  readonly heading: string;
  readonly table: Table;
  readonly meaning: readonly string[];
}

/** What a trial tells people. */
export interface Report {
  readonly title: string;
  readonly sections: readonly Section[];
  /** How to read the columns, and what was missing. */
  readonly notes: readonly string[];
}
