import {
  formatFactor,
  formatMedian,
  formatMedianAndRange,
  formatNumber,
} from '../../report/format.js';
import type { Report, Section } from '../../report/report.js';
import { tableOf, type Figure } from '../../report/table-of.js';
import type { Failure } from '../trial.js';
import { BASELINE, idle } from './drivers.js';
import {
  EvaluationSamples,
  cpuSeconds,
  physicalMebibytes,
  readingMicroseconds,
  seconds,
  threads,
  virtualMebibytes,
  type EvaluationRecord,
} from './samples.js';
import type { EvaluationSettings } from './settings.js';

export interface EvaluationFindings {
  readonly names: readonly string[];
  readonly settings: EvaluationSettings;
  readonly records: readonly EvaluationRecord[];
  readonly failures: readonly Failure[];
}

function threadsOf(row: EvaluationSamples): string {
  if (row.isControl) return formatMedian(row.spread(threads), 0);
  return row.threadsAdded === undefined ? '-' : `+${formatNumber(row.threadsAdded, 0)}`;
}

type Row = Figure<EvaluationSamples>;

const FIGURES: readonly Row[] = [
  {
    title: 'runtime s\n(min..max)',
    align: 'right',
    cell: (row) => formatMedianAndRange(row.spread(seconds), 3),
  },
  {
    title: 'reading\nus/round',
    align: 'right',
    cell: (row) => (row.isControl ? '-' : formatMedian(row.spread(readingMicroseconds), 0)),
  },
  { title: 'CPU s', align: 'right', cell: (row) => formatMedian(row.spread(cpuSeconds), 3) },
  { title: 'threads', align: 'right', cell: threadsOf },
  {
    title: 'physical\nMiB',
    align: 'right',
    cell: (row) => formatMedian(row.spread(physicalMebibytes), 1),
  },
  {
    title: 'virtual\nMiB',
    align: 'right',
    cell: (row) => formatMedian(row.spread(virtualMebibytes), 0),
  },
];

const RATIOS: readonly Row[] = [
  {
    title: `reading vs\n${BASELINE}`,
    align: 'right',
    cell: (row) => (row.isControl ? '-' : formatFactor(row.ratio(readingMicroseconds))),
  },
  {
    title: `CPU vs\n${BASELINE}`,
    align: 'right',
    cell: (row) => (row.isControl ? '-' : formatFactor(row.ratio(cpuSeconds))),
  },
];

function meaningOf(row: EvaluationSamples): string {
  const reading = formatFactor(row.ratio(readingMicroseconds));
  const cpu = formatFactor(row.ratio(cpuSeconds));
  return `${row.driver}: ${reading} the time of ${BASELINE} for the reads, ${cpu} its CPU, ${threadsOf(row)} threads`;
}

function sectionOf({ names, records, failures }: EvaluationFindings, count: number): Section {
  const ofCount = records.filter((record) => record.count === count);
  const failed = new Set(failures.map(({ driver }) => driver));
  const rows = names.map((name) => new EvaluationSamples(name, ofCount));
  const name: Row = {
    title: 'driver',
    align: 'left',
    cell: ({ driver }) => (failed.has(driver) ? `${driver} FAILED` : driver),
  };
  const isCompared = names.includes(BASELINE);
  return {
    heading: count === 1 ? '1 file' : `${count} files`,
    table: tableOf([name, ...FIGURES, ...(isCompared ? RATIOS : [])], rows),
    meaning: rows
      .filter((row) => isCompared && !row.isControl && row.driver !== BASELINE)
      .filter((row) => !failed.has(row.driver) && !failed.has(BASELINE))
      .map(meaningOf),
  };
}

export function reportEvaluation(findings: EvaluationFindings): Report {
  const { fileCounts, intervalMs, rounds, repeats } = findings.settings;
  return {
    title: `Evaluation: files of 1-100 KiB, read whole ${rounds} times at ${intervalMs} ms intervals`,
    sections: fileCounts.map((count) => sectionOf(findings, count)),
    notes: [
      `medians of ${repeats} interleaved repeats, each in a process of its own; ratios are medians of the ratios within a repeat`,
      `${idle.name}: the same timers and no file; threads are those beyond its own`,
      '"reading" is the time from the call until all bytes of a round are there',
      'physical and virtual memory are the peaks of the process; CPU is user and system time of the process',
    ],
  };
}
