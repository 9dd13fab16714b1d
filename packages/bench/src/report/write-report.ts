import { mkdirSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import type { Output } from '../files/outputs.js';
import { replaceFile } from '../files/replace-file.js';
import { reportFiles } from '../files/report-directory.js';
import type { Samples } from '../samples/samples.js';
import { htmlPage } from './pages/html-page.js';
import { markdownPage } from './pages/markdown-page.js';
import { makePage } from './pages/make-page.js';
import type { Page } from './pages/page.js';
import { svgFile } from './plots/figure.js';

/** Where plots go: `results` beside `RESULTS.md`. */
function plotFolder(path: string): string {
  const stem = basename(path, extname(path)).toLowerCase();
  return stem === basename(path) ? `${stem}-plots` : stem;
}

/** Writes a page as Markdown, and its plots into a folder beside it. */
export function writeMarkdown(page: Page, path: string): void {
  const plots = plotFolder(path);
  const folder = join(dirname(path), plots);
  mkdirSync(folder, { recursive: true });
  for (const figure of page.chapters.flatMap(({ figures }) => figures)) {
    replaceFile(join(folder, `${figure.name}.svg`), svgFile(figure));
  }
  replaceFile(path, markdownPage(page, plots));
}

/** Writes a page as one file of HTML that needs nothing else. */
export function writeHtml(page: Page, path: string): void {
  replaceFile(path, htmlPage(page));
}

/** A run's pages, to be written into a directory beside its samples. */
export function reportPages(samples: Samples, directory: string): readonly Output[] {
  const { html, markdown } = reportFiles(directory);
  const page = makePage(samples, []);
  return [
    { path: html, write: () => writeHtml(page, html) },
    { path: markdown, write: () => writeMarkdown(page, markdown) },
  ];
}
