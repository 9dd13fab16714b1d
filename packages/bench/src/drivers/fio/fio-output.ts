import type { RandomReadSample } from '../../trials/random-read/workload.js';

/** The part of fio's JSON that is used here (fio(1), "JSON OUTPUT"). */
interface FioOutput {
  readonly jobs: readonly {
    readonly error: number;
    /** Percentages of `job_runtime`, which is in milliseconds. */
    readonly usr_cpu: number;
    readonly sys_cpu: number;
    readonly job_runtime: number;
    readonly read: {
      readonly total_ios: number;
      readonly runtime: number;
      readonly iops: number;
      readonly lat_ns: { readonly percentile?: Readonly<Record<string, number>> };
    };
  }[];
}

/** What one job of fio measured, from what it printed with `--output-format=json`. */
export function parseFioOutput(stdout: string): RandomReadSample {
  // fio puts warnings before the JSON.
  const { jobs } = JSON.parse(stdout.slice(stdout.indexOf('{'))) as FioOutput;
  const job = jobs.at(0);
  if (job === undefined) throw new Error('fio reported no job');
  if (job.error !== 0) throw new Error(`fio reported error ${job.error}`);
  const { read } = job;
  const percentSeconds = job.job_runtime / 1e3 / 100;
  const sample = {
    reads: read.total_ios,
    seconds: read.total_ios / read.iops,
    userSeconds: job.usr_cpu * percentSeconds,
    systemSeconds: job.sys_cpu * percentSeconds,
  };
  const { percentile } = read.lat_ns;
  if (percentile === undefined) return sample;
  const microseconds = (key: string): number => (percentile[key] ?? Number.NaN) / 1e3;
  return {
    ...sample,
    latency: {
      p50: microseconds('50.000000'),
      p99: microseconds('99.000000'),
      p999: microseconds('99.900000'),
    },
  };
}
