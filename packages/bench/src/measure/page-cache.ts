import { closeSync, openSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from '../process/run-program.js';

/** A round counts as cached only with at least this share of its files in memory. */
export const CACHED_ENOUGH = 0.999;

/** A round counts as cold only with at most this share of its files in memory before it. */
export const COLD_ENOUGH = 0.01;

const CHUNK = Buffer.allocUnsafeSlow(1024 * 1024);

/** Reads a whole file, so that the kernel has it in memory and sees it in use. */
export function touch(path: string): void {
  const fd = openSync(path, 'r');
  try {
    for (let offset = 0; ;) {
      const bytes = readSync(fd, CHUNK, 0, CHUNK.length, offset);
      if (bytes === 0) return;
      offset += bytes;
    }
  } finally {
    closeSync(fd);
  }
}

/** With more files than these, asking for each would take longer than a turn. */
export const MANY_FILES = 1000;

/** How many of them are asked for then. */
export const FILES_ASKED = 200;

/** All of them; or of very many some, spread evenly. */
function askedFor(paths: readonly string[]): readonly string[] {
  if (paths.length <= MANY_FILES) return paths;
  const step = paths.length / FILES_ASKED;
  return Array.from({ length: FILES_ASKED }, (_, i) => paths[Math.floor(i * step)]!);
}

/**
 * The share of the files' bytes that is in memory, by fincore(1); undefined where there is none. Of very many files,
 * some stand for all.
 */
export async function residentShare(
  paths: readonly string[],
  signal: AbortSignal,
): Promise<number | undefined> {
  const args = ['--bytes', '--noheadings', '--raw', '--output', 'RES,SIZE', ...askedFor(paths)];
  const outcome = await runProgram('fincore', args, signal);
  if (outcome === 'missing') return undefined;
  let [resident, all] = [0, 0];
  for (const line of outcome.stdout.trim().split('\n')) {
    const [bytes = 0, size = 0] = line.split(' ').map(Number);
    // Pages are whole: the last one reaches beyond the end of its file, and is not to make up for another file's.
    resident += Math.min(bytes, size);
    all += size;
  }
  return resident / all;
}

/** A list that vmtouch(1) reads with -0: it takes the last byte away unseen, so each name is ended. */
function listOf(paths: readonly string[]): string {
  return paths.map((path) => `${path}\0`).join('');
}

/**
 * Drops files from the page cache with posix_fadvise(POSIX_FADV_DONTNEED): by vmtouch(1) all at once,
 * or by dd(1) of nothing, one after the other.
 */
export async function evict(paths: readonly string[], signal: AbortSignal): Promise<void> {
  const input = listOf(paths);
  const outcome = await runProgram('vmtouch', ['-q', '-e', '-0', '-b', '-'], signal, input);
  if (outcome !== 'missing') return;
  for (const path of paths) {
    await runProgram('dd', [`if=${path}`, 'iflag=nocache', 'count=0'], signal);
  }
}

const WITH_US = ['--pdeathsig', 'TERM'] as const;

/** Runs a program that ends with this one, even where that is killed, if setpriv(1) is there and can see to it. */
async function runWithUs(
  program: string,
  args: readonly string[],
  signal: AbortSignal,
): ReturnType<typeof runProgram> {
  const probe = [...WITH_US, 'sh', '-c', 'command -v "$1"', 'sh', program];
  const found = await runProgram('setpriv', probe, signal).catch(() => 'missing' as const);
  return await (found === 'missing'
    ? runProgram(program, args, signal)
    : runProgram('setpriv', [...WITH_US, program, ...args], signal));
}

/** Files that stay in memory, by vmtouch(1), until disposed of. */
export class LockedInMemory implements AsyncDisposable {
  readonly #controller = new AbortController();
  readonly #ended: Promise<unknown>;
  /** How to get what would lock them; undefined where it runs. */
  missing: string | undefined;

  constructor(paths: readonly string[], scratch: string) {
    const list = join(scratch, 'locked-files');
    writeFileSync(list, listOf(paths));
    const run = runWithUs('vmtouch', ['-q', '-l', '-0', '-b', list], this.#controller.signal);
    this.#ended = run.then(
      (outcome) => {
        if (outcome === 'missing') this.missing = MISSING;
      },
      (error: unknown) => {
        if (!this.#controller.signal.aborted) this.missing = `${NOT_LOCKED}: ${String(error)}`;
      },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#controller.abort();
    await this.#ended;
  }
}

const NOT_LOCKED = 'the files could not be locked in memory, only read just before each turn';
const MISSING = `${NOT_LOCKED}: vmtouch is not installed (apt-get install vmtouch)`;
