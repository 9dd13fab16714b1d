import type { Samples } from '../../samples/samples.js';
import { agreementChapter } from '../agreement/agreement-chapter.js';
import { failureLines } from '../failure-lines.js';
import { lossChapter } from '../loss-chapter.js';
import { makeReport } from '../make-report.js';
import { driverColours, type DriverColours } from '../plots/driver-colours.js';
import { trialFigures } from '../plots/trial-figures.js';
import { shownTrials, type ShownTrial } from '../shown-trials.js';
import { verdictChapter } from '../verdict-chapter.js';
import { machineFacts } from './machine-facts.js';
import type { Chapter, Page } from './page.js';

/** All of a run's drivers have the same colours in all plots. */
export function coloursOf(trials: readonly ShownTrial[]): DriverColours {
  const controls = trials.flatMap(({ presentation }) => presentation.controls ?? []);
  return driverColours(
    trials.flatMap(({ lookup }) => lookup.findings.drivers),
    new Set(controls),
  );
}

function trialChapter({ lookup, presentation }: ShownTrial, colours: DriverColours): Chapter {
  const { title, sections, notes } = makeReport(lookup.findings, presentation);
  return {
    title,
    paragraphs: failureLines(lookup.findings),
    figures: trialFigures(lookup, presentation, colours),
    sections,
    notes: [...notes, 'the best of each column is bold'],
  };
}

/** A run on one page, and how far others agree with it. */
export function makePage(samples: Samples, others: readonly Samples[]): Page {
  const trials = shownTrials(samples);
  const colours = coloursOf(trials);
  return {
    title: 'Results of the bench',
    paragraphs: [
      'Absolute figures are those of one machine; ratios within a run travel better. What is compared, why it is fair, and what is not: see the README of the bench.',
      ...samples.broken.map(({ trial, message }) => `${trial} did not end: ${message}`),
    ],
    facts: machineFacts(samples, trials),
    chapters: [
      verdictChapter(trials),
      lossChapter(trials),
      ...others.map((other) => agreementChapter(samples, other)),
      ...trials.map((trial) => trialChapter(trial, colours)),
    ],
  };
}
