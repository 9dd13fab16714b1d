import { writeFileSync } from 'node:fs';
import { checkWritable } from './files/writable.js';
import type { ReportCommand } from './options/report-command-line.js';
import { agreementChapter } from './report/agreement/agreement-chapter.js';
import { headlineOf } from './report/headline.js';
import { machineLine } from './report/machine.js';
import { makeReport } from './report/make-report.js';
import { makePage } from './report/pages/make-page.js';
import type { Chapter } from './report/pages/page.js';
import { renderReport } from './report/render-report.js';
import { shownTrials } from './report/shown-trials.js';
import { writeHtml, writeMarkdown } from './report/write-report.js';
import type { Samples } from './samples/samples.js';
import { readSamples } from './samples/read-samples.js';

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function printTables(samples: Samples): void {
  say(`${machineLine(samples.machine)}\n`);
  for (const { lookup, presentation } of shownTrials(samples)) {
    say(renderReport(makeReport(lookup.findings, presentation)));
  }
}

function printChapter({ title, sections, paragraphs, notes }: Chapter): void {
  say(renderReport({ title, sections, notes: [...paragraphs, ...notes] }));
}

/** Makes pages and plots of samples; tables on the terminal where no file is asked for. */
export function report({ samples: paths, html, markdown, headline }: ReportCommand): number {
  for (const [option, path] of Object.entries({ html, markdown, headline })) {
    if (path !== undefined) checkWritable(`--${option}`, path);
  }
  const [samples, ...others] = paths.map(readSamples);
  if (samples === undefined) throw new TypeError('a report is of one file at least');
  const page = makePage(samples, others);
  for (const other of others) printChapter(agreementChapter(samples, other));
  if (html !== undefined) writeHtml(page, html);
  if (markdown !== undefined) writeMarkdown(page, markdown);
  if (headline !== undefined) {
    const { svg, text } = headlineOf(samples);
    writeFileSync(headline, svg);
    say(text);
  }
  if (html ?? markdown ?? headline ?? others[0]) return 0;
  printTables(samples);
  return 0;
}
