import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { LogWork } from '../../jobs/log/work.js';
import type { Sample } from '../../measure/sample.js';
import { fioPath, runFio } from './run-fio.js';

/** More than a writer appends in one turn. */
const MOST_BYTES = 64 * 1024 * 1024;

/** fio(1) with a thread for each writer, each with a log of its own, by write(2) and fdatasync(2). */
export async function fioLog(
  { directory, writers, recordBytes, seconds }: LogWork,
  signal: AbortSignal,
): Promise<Sample> {
  const logs = mkdtempSync(join(directory, 'fio-'));
  try {
    const options = [
      ...[`--directory=${fioPath(logs)}`, '--rw=write', `--bs=${recordBytes}`, '--fdatasync=1'],
      ...['--thread', `--numjobs=${writers}`, '--group_reporting'],
      ...['--create_on_open=1', '--fallocate=none', '--file_append=1', `--size=${MOST_BYTES}`],
      `--runtime=${Math.round(seconds * 1e3)}ms`,
    ];
    return await runFio('psync', options, signal);
  } finally {
    rmSync(logs, { recursive: true, force: true });
  }
}
