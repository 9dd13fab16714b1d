import { closeSync, openSync, readSync } from 'node:fs';
import { runProgram } from '../process/run-program.js';

/** A round counts as cached only with at least this share of the file in memory. */
export const CACHED_ENOUGH = 0.999;

/** Reads the whole file, so that the kernel has it in memory and sees it in use. */
export function touch(path: string): void {
  const fd = openSync(path, 'r');
  try {
    const chunk = new Uint8Array(1024 * 1024);
    for (let offset = 0; ;) {
      const bytes = readSync(fd, chunk, 0, chunk.length, offset);
      if (bytes === 0) return;
      offset += bytes;
    }
  } finally {
    closeSync(fd);
  }
}

/** The share of a file's bytes that is in memory, by fincore(1); undefined where there is none. */
export async function residentShare(
  path: string,
  size: number,
  signal: AbortSignal,
): Promise<number | undefined> {
  const args = ['--bytes', '--noheadings', '--raw', '--output', 'RES', path];
  const outcome = await runProgram('fincore', args, signal);
  if (outcome === 'missing') return undefined;
  // Pages are whole, so that the last one may reach beyond the end of the file.
  return Math.min(1, Number(outcome.stdout) / size);
}
