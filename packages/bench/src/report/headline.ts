import { UsageError } from '../options/usage-error.js';
import type { Samples } from '../samples/samples.js';
import { AIO, BASELINE, LIMIT, SYNC } from '../trials/drivers.js';
import { formatMedianAndRange } from './format.js';
import { metricLabel, type Metric } from './metric.js';
import { memoryText } from './machine.js';
import { coloursOf } from './pages/make-page.js';
import { barPlot } from './plots/bar-plot.js';
import { figureOf, svgFile } from './plots/figure.js';
import { barsOf } from './plots/trial-figures.js';
import type { Presentation } from './presentation.js';
import { shownTrials, type ShownTrial } from './shown-trials.js';

/** A run in a nutshell: one plot, and a few figures in words. */
export interface Headline {
  readonly svg: string;
  readonly text: string;
}

interface Figure {
  readonly trial: string;
  readonly case: string;
  readonly figure: 'speed' | 'cost';
  readonly other: string;
  readonly meaning: string;
}

const TRIAL = 'random-read';
const CASE = '4k, iodepth 32';

const FIGURES: readonly Figure[] = [
  {
    ...{ trial: TRIAL, case: CASE, figure: 'speed', other: BASELINE },
    meaning: 'cached 4 KiB reads, 32 in flight: reads per second over those of `fs.promises`',
  },
  {
    ...{ trial: TRIAL, case: CASE, figure: 'cost', other: BASELINE },
    meaning: 'the same: CPU time per read over that of `fs.promises`',
  },
  {
    ...{ trial: TRIAL, case: `${CASE}, O_DIRECT`, figure: 'speed', other: LIMIT },
    meaning: "O_DIRECT reads per second over those of fio's libaio engine, the yardstick",
  },
  {
    ...{ trial: TRIAL, case: `${CASE}, O_DIRECT`, figure: 'cost', other: LIMIT },
    meaning: 'the same: CPU time per read over that of fio',
  },
  {
    ...{ trial: TRIAL, case: CASE, figure: 'speed', other: SYNC },
    meaning:
      'cached 4 KiB reads, 32 in flight: reads per second over those of `readSync`, which blocks',
  },
];

function metricOf({ speed, cost }: Presentation, figure: Figure['figure']): Metric | undefined {
  return figure === 'speed' ? speed : cost;
}

function figureText(trials: readonly ShownTrial[], wanted: Figure): string {
  const found = trials.find(({ lookup }) => lookup.findings.trial === wanted.trial);
  const metric = found && metricOf(found.presentation, wanted.figure);
  const ratio = metric && found.lookup.ratio(AIO, wanted.other, wanted.case, metric);
  const text = ratio === undefined ? 'not measured' : `${formatMedianAndRange(ratio, 2)} times`;
  return `- ${wanted.meaning}: **${text}**`;
}

function drawn(trials: readonly ShownTrial[]): string {
  const found = trials.find(({ lookup }) => lookup.findings.trial === TRIAL);
  const bars = found && barsOf(found.lookup, CASE, found.presentation.speed);
  if (bars === undefined || bars.length === 0) {
    throw new UsageError(`--headline wants samples of ${TRIAL} at ${CASE}`);
  }
  const metric = found!.presentation.speed;
  const title = 'Cached random reads of 4 KiB, 32 in flight';
  const label = `${metricLabel(metric)} (${metric.better} is better)`;
  const picture = barPlot({ title, label, bars, digits: metric.digits }, coloursOf(trials));
  return svgFile(figureOf('headline', `${title}: ${label}`, [picture]));
}

/** What a README shows of a run. Throws a UsageError where the plot's trial was not run. */
export function headlineOf(samples: Samples): Headline {
  const trials = shownTrials(samples);
  const { cores, cpu, kernel, node } = samples.machine;
  return {
    svg: drawn(trials),
    text: [
      ...FIGURES.map((figure) => figureText(trials, figure)),
      '',
      `Medians and ranges of one run of \`${samples.command}\` (${cores} x ${cpu}, ${memoryText(samples.machine)}, Linux ${kernel}, Node ${node}).`,
    ].join('\n'),
  };
}
