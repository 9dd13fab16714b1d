import type { Sample } from '../measure/sample.js';
import { formatNumber } from '../report/format.js';
import type { Lookup } from '../report/lookup.js';
import type { Metric } from '../report/metric.js';
import type { Section } from '../report/report.js';

/** For 1, 6, 12 and 24 files. */
type Row = readonly [number, number, number, number];

interface Published {
  readonly heading: string;
  readonly digits: number;
  readonly of: (sample: Sample) => number | undefined;
  readonly rows: Readonly<Record<string, Row>>;
}

const SOURCE =
  'README of linux_aio (github.com/isac322/linux_aio): two Xeon E5-2683 v4, SATA SSD, Linux 4.19, Python 3.7';
const COLUMNS = ['1 file', '6 files', '12 files', '24 files'];

/** The Evaluation of linux_aio's README: 1000 rounds at 1 ms intervals, files of 1 KB to 100 KB. */
const PUBLISHED: readonly Published[] = [
  {
    heading: 'runtime of 1000 rounds, in s',
    digits: 3,
    of: ({ seconds, operations }) => (seconds / operations) * 1000,
    rows: {
      aiofiles: [1.681, 3.318, 5.354, 9.768],
      aiofile: [1.543, 1.958, 2.493, 3.737],
      libaio: [1.311, 1.344, 1.362, 1.423],
      'open()': [1.252, 1.322, 1.375, 1.481],
      linux_aio: [1.305, 1.327, 1.353, 1.431],
    },
  },
  {
    heading: 'threads of the process',
    digits: 0,
    of: ({ threads }) => threads,
    rows: {
      aiofiles: [321, 321, 321, 321],
      aiofile: [3, 8, 15, 26],
      libaio: [1, 1, 1, 1],
      'open()': [1, 1, 1, 1],
      linux_aio: [1, 1, 1, 1],
    },
  },
  {
    heading: 'physical memory, in MiB',
    digits: 0,
    of: ({ figures }) => figures?.physicalMebibytes,
    rows: {
      aiofiles: [21, 21, 21, 21],
      aiofile: [17, 17, 17, 18],
      libaio: [17, 17, 17, 17],
      'open()': [17, 17, 17, 17],
      linux_aio: [17, 17, 17, 17],
    },
  },
  {
    heading: 'CPU, in % of one core',
    digits: 1,
    of: ({ userSeconds, systemSeconds, seconds }) =>
      ((userSeconds + systemSeconds) / seconds) * 100,
    rows: {
      aiofiles: [42.8, 85, 102.2, 113.2],
      aiofile: [31.4, 52.4, 67, 84],
      libaio: [14, 16, 17.2, 20.6],
      'open()': [13.4, 17.6, 21, 26.2],
      linux_aio: [13, 15, 16, 21],
    },
  },
];

function sectionOf(lookup: Lookup, { heading, digits, of, rows }: Published): Section {
  const metric: Metric = { name: heading, title: heading, better: 'less', of };
  const measured = lookup.findings.drivers.map((driver) => [
    { text: `here: ${driver}` },
    ...COLUMNS.map((inCase) => {
      const spread = lookup.spread(driver, inCase, metric);
      return { text: spread === undefined ? '-' : formatNumber(spread.median, digits) };
    }),
  ]);
  const published = Object.entries(rows).map(([library, figures]) => [
    { text: `published: ${library}` },
    ...figures.map((value) => ({ text: formatNumber(value, digits) })),
  ]);
  return {
    heading: `Beside the published Evaluation: ${heading}`,
    table: {
      columns: [
        { title: 'who', align: 'left' },
        ...COLUMNS.map((title) => ({ title, align: 'right' as const })),
      ],
      rows: [...measured, ...published],
    },
    meaning: [],
  };
}

/** What was measured here, and what the Python project has published of its own machine. */
export function besidePublished(lookup: Lookup): readonly Section[] {
  const sections = PUBLISHED.map((published) => sectionOf(lookup, published));
  const last = sections.length - 1;
  return sections.map((section, i) =>
    i === last
      ? {
          ...section,
          meaning: [`published: ${SOURCE}; another machine, so compare shapes, not seconds`],
        }
      : section,
  );
}
