import { formatSize } from '../../options/size.js';
import {
  formatFactor,
  formatMedian,
  formatMedianAndRange,
  formatNumber,
} from '../../report/format.js';
import type { Report, Section } from '../../report/report.js';
import { tableOf, type Figure } from '../../report/table-of.js';
import { BASELINE, LIMIT } from './drivers.js';
import { RandomReadSamples, cpuMicroseconds, thousandsPerSecond } from './samples.js';
import type { RandomReadSettings } from './settings.js';
import type { RandomReadFindings } from './take-turns.js';

type Row = Figure<RandomReadSamples>;

const SPEED: readonly Row[] = [
  {
    title: 'thousand reads/s\n(min..max)',
    align: 'right',
    cell: (row) => formatMedianAndRange(row.spread(thousandsPerSecond)),
  },
  {
    title: 'CPU us\n/read',
    align: 'right',
    cell: (row) => formatMedian(row.spread(cpuMicroseconds), 2),
  },
];

const VERSUS_LIMIT: readonly Row[] = [
  {
    title: `reads/s vs ${LIMIT}\n(min..max)`,
    align: 'right',
    cell: (row) => formatMedianAndRange(row.ratioTo(LIMIT, thousandsPerSecond), 2),
  },
  {
    title: `CPU vs\n${LIMIT}`,
    align: 'right',
    cell: (row) => formatFactor(row.ratioTo(LIMIT, cpuMicroseconds)),
  },
];

const VERSUS_BASELINE: readonly Row[] = [
  {
    title: `reads/s vs\n${BASELINE}`,
    align: 'right',
    cell: (row) => formatFactor(row.ratioTo(BASELINE, thousandsPerSecond)),
  },
];

const LATENCY: readonly Row[] = (
  [
    ['latency\np50 us', 'p50'],
    ['\np99 us', 'p99'],
    ['\np99.9 us', 'p999'],
  ] as const
).map(([title, percentile]) => ({
  title,
  align: 'right',
  cell: ({ latency }) => (latency === undefined ? '-' : formatNumber(latency[percentile])),
}));

const RESIDENT: Row = {
  title: 'in\nmemory',
  align: 'right',
  cell: ({ leastResident }) =>
    leastResident === undefined ? '?' : `${formatNumber(leastResident * 100, 1)} %`,
};

function figuresFor(names: readonly string[], direct: boolean): readonly Row[] {
  return [
    ...SPEED,
    ...(names.includes(LIMIT) ? VERSUS_LIMIT : []),
    ...(names.includes(BASELINE) ? VERSUS_BASELINE : []),
    ...LATENCY,
    ...(direct ? [] : [RESIDENT]),
  ];
}

function meaningOf(row: RandomReadSamples): readonly string[] {
  return [LIMIT, BASELINE].flatMap((other) => {
    const speed = row.ratioTo(other, thousandsPerSecond);
    const cpu = row.ratioTo(other, cpuMicroseconds);
    if (speed === undefined || cpu === undefined) return [];
    return `${row.driver}: ${formatFactor(speed)} the reads per second of ${other}, ${formatFactor(cpu)} its CPU per read`;
  });
}

function sectionOf(
  { direct, batch }: RandomReadSettings,
  { names, records, failures }: RandomReadFindings,
  depth: number,
): Section {
  const ofDepth = records.filter((record) => record.depth === depth);
  const failed = new Set(failures.map(({ driver }) => driver));
  const rows = names.map((name) => new RandomReadSamples(name, ofDepth));
  const name: Row = {
    title: 'driver',
    align: 'left',
    cell: ({ driver }) => (failed.has(driver) ? `${driver} FAILED` : driver),
  };
  const subject = rows.find(({ driver }) => driver !== LIMIT && driver !== BASELINE);
  return {
    heading: `iodepth ${depth}, batches of up to ${Math.min(batch, depth)}`,
    table: tableOf([name, ...figuresFor(names, direct)], rows),
    meaning: subject === undefined || failed.has(subject.driver) ? [] : meaningOf(subject),
  };
}

function isUnchecked({ direct }: RandomReadSettings, { records }: RandomReadFindings): boolean {
  return !direct && records.some(({ residency }) => residency?.before === undefined);
}

export function reportRandomRead(
  settings: RandomReadSettings,
  findings: RandomReadFindings,
): Report {
  const { blockSize, size, direct, seconds, repeats, depths } = settings;
  const from = direct ? 'O_DIRECT, from the device' : 'cached, from memory';
  return {
    title: `Random reads of ${formatSize(blockSize)} from a file of ${formatSize(size)}: ${from}`,
    sections: depths.map((depth) => sectionOf(settings, findings, depth)),
    notes: [
      `medians of ${repeats} interleaved rounds of ${seconds} s, each in a process of its own; ratios are medians of the ratios within a round`,
      'fio has the same iodepth and batches; fs-sync reads one block at a time, whatever the iodepth',
      'latency (submission to completion seen) is from one more round: reading the clock costs speed',
      ...(isUnchecked(settings, findings)
        ? [
            'whether the file stayed in memory was not checked: fincore (util-linux) is not installed',
          ]
        : []),
      ...findings.missing,
    ],
  };
}
