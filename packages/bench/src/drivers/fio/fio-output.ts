import type { Distribution, Sample } from '../../measure/sample.js';

interface FioDirection {
  readonly total_ios: number;
  readonly io_bytes?: number;
  readonly iops: number;
  readonly lat_ns: {
    readonly N?: number;
    readonly max?: number;
    readonly percentile?: Readonly<Record<string, number>>;
  };
}

/** The part of fio's JSON that is used here (fio(1), "JSON OUTPUT"). */
interface FioOutput {
  readonly jobs: readonly {
    readonly error: number;
    /** Percentages of `job_runtime`, which is in milliseconds. */
    readonly usr_cpu: number;
    readonly sys_cpu: number;
    readonly job_runtime: number;
    /** Context switches. */
    readonly ctx?: number;
    readonly read: FioDirection;
    readonly write?: FioDirection;
  }[];
}

function distributionOf({ lat_ns }: FioDirection): Distribution | undefined {
  const { percentile, max = Number.NaN, N = 0 } = lat_ns;
  if (percentile === undefined) return undefined;
  const curve = Object.entries(percentile).map(
    ([key, nanoseconds]) => [Number(key), nanoseconds / 1e3] as const,
  );
  const at = (wanted: number): number =>
    curve.find(([percent]) => percent === wanted)?.[1] ?? Number.NaN;
  return {
    count: N,
    p50: at(50),
    p99: at(99),
    p999: at(99.9),
    max: max / 1e3,
    curve: [...curve, [100, max / 1e3]],
  };
}

/** What fio measured, all its jobs together, from what it printed with `--output-format=json`. */
export function parseFioOutput(stdout: string): Sample {
  // fio puts warnings before the JSON.
  const { jobs } = JSON.parse(stdout.slice(stdout.indexOf('{'))) as FioOutput;
  const job = jobs.at(0);
  if (job === undefined) throw new Error('fio reported no job');
  if (job.error !== 0) throw new Error(`fio reported error ${job.error}`);
  const done = job.read.total_ios === 0 && job.write !== undefined ? job.write : job.read;
  const percentSeconds = job.job_runtime / 1e3 / 100;
  const latency = distributionOf(done);
  return {
    operations: done.total_ios,
    seconds: done.total_ios / done.iops,
    userSeconds: job.usr_cpu * percentSeconds,
    systemSeconds: job.sys_cpu * percentSeconds,
    ...(job.ctx === undefined ? {} : { contextSwitches: job.ctx }),
    ...(done.io_bytes === undefined ? {} : { bytes: done.io_bytes }),
    ...(latency === undefined ? {} : { distributions: { latency } }),
  };
}
