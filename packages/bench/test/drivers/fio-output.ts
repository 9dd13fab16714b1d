/** What fio prints of a run at half a second, 1000 reads. */
export function fioOutput(error: number, percentile?: object): string {
  const read = { total_ios: 1000, iops: 2000, lat_ns: { max: 400_000, N: 1000, percentile } };
  const job = { error, usr_cpu: 10, sys_cpu: 40, job_runtime: 500, read };
  return JSON.stringify({ 'fio version': 'fio-3.33', jobs: [job] });
}
