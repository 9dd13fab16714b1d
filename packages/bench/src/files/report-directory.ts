import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where a whole run leaves its report unless `--out` says otherwise; git ignores it. */
export const DEFAULT_OUT: string = fileURLToPath(new URL('../../build/report', import.meta.url));

export const SAMPLES_FILE = 'samples.json';
export const UNFINISHED_FILE = 'samples.unfinished.json';
export const HTML_FILE = 'report.html';
export const MARKDOWN_FILE = 'report.md';

/** What a report's directory holds. */
export function reportFiles(directory: string): {
  readonly samples: string;
  /** Of the trials that have ended, until all have. */
  readonly unfinished: string;
  readonly html: string;
  readonly markdown: string;
} {
  return {
    samples: join(directory, SAMPLES_FILE),
    unfinished: join(directory, UNFINISHED_FILE),
    html: join(directory, HTML_FILE),
    markdown: join(directory, MARKDOWN_FILE),
  };
}
