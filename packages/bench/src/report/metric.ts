import type { Sample } from '../measure/sample.js';

/** A figure that can be made of a sample. */
export interface Metric {
  /** `reads/s`: how it is spoken of. */
  readonly name: string;
  /** Of a table's column; may have two lines. */
  readonly title: string;
  readonly better: 'more' | 'less';
  /** Undefined where a driver can't tell. */
  readonly of: (sample: Sample) => number | undefined;
  /** From which round it is; 'speed' unless given. */
  readonly purpose?: 'latency' | 'system calls';
  readonly digits?: number;
  /** Whether tables show its range as well. */
  readonly range?: boolean;
  /** Who differs by less is as good. */
  readonly resolution?: number;
}

/** In one line, for headings and axes: `thousand reads/s`. */
export function metricLabel({ title }: Metric): string {
  return title.replace('(min..max)', '').replaceAll('\n', ' ').replace(' /', '/').trim();
}

export function perSecond(what: string): Metric {
  return {
    name: `${what}/s`,
    title: `thousand ${what}/s\n(min..max)`,
    better: 'more',
    of: ({ operations, seconds }) => operations / seconds / 1e3,
    range: true,
  };
}

export function microsecondsPer(one: string): Metric {
  return {
    name: `us/${one}`,
    title: `us/${one}\n(min..max)`,
    better: 'less',
    of: ({ operations, seconds }) => (seconds / operations) * 1e6,
    range: true,
  };
}

export const mebibytesPerSecond: Metric = {
  name: 'MiB/s',
  title: 'MiB/s\n(min..max)',
  better: 'more',
  of: ({ bytes, seconds }) => (bytes === undefined ? undefined : bytes / seconds / 1024 ** 2),
  range: true,
};

export function cpuPer(one: string): Metric {
  return {
    name: `CPU/${one}`,
    title: `CPU us\n/${one}`,
    better: 'less',
    of: ({ operations, userSeconds, systemSeconds }) =>
      ((userSeconds + systemSeconds) / operations) * 1e6,
    digits: 2,
  };
}

export function switchesPer(one: string): Metric {
  return {
    name: `context switches/${one}`,
    title: `switches\n/${one}`,
    better: 'less',
    of: ({ operations, contextSwitches }) =>
      contextSwitches === undefined ? undefined : contextSwitches / operations,
    digits: 3,
  };
}

/** Where they were counted. */
export function callsPer(one: string): Metric {
  return {
    name: `system calls/${one}`,
    title: `system calls\n/${one}`,
    better: 'less',
    of: ({ figures }) => figures?.systemCalls,
    purpose: 'system calls',
    digits: 2,
  };
}

export const threadsAdded: Metric = {
  name: 'threads added',
  title: 'threads\nadded',
  better: 'less',
  of: ({ threads, idle }) =>
    threads === undefined || idle === undefined ? undefined : threads - idle.threads,
  digits: 0,
};

export const memoryAdded: Metric = {
  name: 'memory added',
  title: 'RSS MiB\nadded',
  better: 'less',
  of: ({ residentBytes, idle }) =>
    residentBytes === undefined || idle === undefined
      ? undefined
      : (residentBytes - idle.residentBytes) / 1024 ** 2,
  digits: 1,
};

const PERCENTILES = [
  ['p50', 'p50', 50],
  ['p99', 'p99', 99],
  ['p99.9', 'p999', 99.9],
] as const;

/** Whether so many samples have one at least that is beyond a percentile; of fewer it is but their greatest. */
export function isKnown(percentile: number, count: number): boolean {
  // In whole numbers: 100 - 99.9 is a bit more than 0.1.
  return count * Math.round((100 - percentile) * 100) >= 100 * 100;
}

export const latencies: readonly Metric[] = PERCENTILES.map(([name, key, percentile], i) => ({
  name: `latency ${name}`,
  title: `${i === 0 ? 'latency' : ''}\n${name} us`,
  better: 'less',
  of({ distributions }) {
    const latency = distributions?.latency;
    return latency === undefined || !isKnown(percentile, latency.count) ? undefined : latency[key];
  },
  purpose: 'latency',
}));

/** A percentile of a distribution, in milliseconds. */
export function milliseconds(
  distribution: string,
  key: 'p50' | 'p99' | 'p999' | 'max',
  title: string,
  more: Partial<Pick<Metric, 'resolution'>> = {},
): Metric {
  return {
    name: title.replace('\n', ' '),
    title,
    better: 'less',
    ...more,
    of: ({ distributions }) => {
      const microseconds = distributions?.[distribution]?.[key];
      return microseconds === undefined ? undefined : microseconds / 1e3;
    },
  };
}

/** A figure that only one trial has. */
export function figure(
  key: string,
  title: string,
  more: Partial<Pick<Metric, 'better' | 'digits' | 'range' | 'name' | 'resolution'>> = {},
): Metric {
  return {
    name: title.replace('\n', ' '),
    title,
    better: 'less',
    of: ({ figures }) => figures?.[key],
    ...more,
  };
}
