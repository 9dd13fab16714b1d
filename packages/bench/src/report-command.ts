import { replaceFile } from './files/replace-file.js';
import { checkWritable } from './files/writable.js';
import type { ReportCommand } from './options/report-command-line.js';
import { agreementChapter } from './report/agreement/agreement-chapter.js';
import { brokenLines, failureLines } from './report/failure-lines.js';
import { machineLine } from './report/machine.js';
import { makeReport } from './report/make-report.js';
import type { Chapter } from './report/pages/page.js';
import { renderReport } from './report/render-report.js';
import { shownTrials, type ShownTrial } from './report/shown-trials.js';
import type { Samples } from './samples/samples.js';
import { readSamples } from './samples/read-samples.js';

function complain(line: string): void {
  process.stderr.write(`${line}\n`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function printTables({ machine, broken }: Samples, shown: readonly ShownTrial[]): void {
  say(`${machineLine(machine)}\n`);
  for (const { lookup, presentation } of shown) {
    say(renderReport(makeReport(lookup.findings, presentation)));
    for (const line of failureLines(lookup.findings)) complain(line);
  }
  for (const line of brokenLines(broken)) complain(line);
}

function printChapter({ title, sections, paragraphs, notes }: Chapter): void {
  say(renderReport({ title, sections, notes: [...paragraphs, ...notes] }));
}

type Pages = Pick<ReportCommand, 'html' | 'markdown' | 'headline'>;

/** Plots take a while to load, and neither tables nor wrong samples want any. */
async function writePages(
  samples: Samples,
  others: readonly Samples[],
  { html, markdown, headline }: Pages,
): Promise<void> {
  const { makePage } = await import('./report/pages/make-page.js');
  const { writeHtml, writeMarkdown } = await import('./report/write-report.js');
  const page = makePage(samples, others);
  if (html !== undefined) writeHtml(page, html);
  if (markdown !== undefined) writeMarkdown(page, markdown);
  if (headline === undefined) return;
  const { headlineOf } = await import('./report/headline.js');
  const { svg, text } = headlineOf(samples);
  replaceFile(headline, svg);
  say(text);
}

/** Makes pages and plots of samples; tables on the terminal where no file is asked for. */
export async function report({ samples: paths, ...pages }: ReportCommand): Promise<number> {
  const { html, markdown, headline } = pages;
  for (const [option, path] of Object.entries({ html, markdown, headline })) {
    if (path !== undefined) checkWritable(`--${option}`, path);
  }
  const [samples, ...others] = paths.map(readSamples);
  if (samples === undefined) throw new TypeError('a report is of one file at least');
  const shown = shownTrials(samples);
  const agreement = others.map((other) => agreementChapter(samples, other));
  for (const chapter of agreement) printChapter(chapter);
  const wanted = html ?? markdown ?? headline;
  if (wanted !== undefined) await writePages(samples, others, pages);
  else if (others.length === 0) printTables(samples, shown);
  return 0;
}
