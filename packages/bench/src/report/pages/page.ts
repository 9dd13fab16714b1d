import type { Figure } from '../plots/figure.js';
import type { Section } from '../report.js';

/** A part of the page that can be linked to. */
export interface Chapter {
  readonly title: string;
  readonly paragraphs: readonly string[];
  readonly figures: readonly Figure[];
  readonly sections: readonly Section[];
  readonly notes: readonly string[];
}

/** All that there is to say about a run. */
export interface Page {
  readonly title: string;
  readonly paragraphs: readonly string[];
  /** Where, when and how it was measured: what, and the answer. */
  readonly facts: readonly (readonly [string, string])[];
  readonly chapters: readonly Chapter[];
}

/** How GitHub makes an anchor of a heading. */
export function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number} _-]/gu, '')
    .replaceAll(' ', '-');
}
