import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A tool that watches native code while the tests run, and the addon built for it. */
export interface Instrument {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  /** Takes a program many times as long. */
  readonly slow: boolean;
}

const addon = (variant: string): string =>
  fileURLToPath(new URL(`../packages/aio-bind/${variant}/aio_bind.node`, import.meta.url));

const library = (name: string): string =>
  execFileSync('g++', [`-print-file-name=${name}`], { encoding: 'utf8' }).trim();

const suppressions = fileURLToPath(new URL('valgrind.supp', import.meta.url));

// Both in one build: together they take hardly longer than either.
const instruments: Readonly<Record<string, () => Omit<Instrument, 'name'>>> = {
  asan: () => ({
    env: {
      AIO_BIND_ADDON: addon('build-asan/Release'),
      LD_PRELOAD: library('libasan.so'),
      ASAN_OPTIONS: 'detect_leaks=1',
      UBSAN_OPTIONS: 'halt_on_error=1:print_stacktrace=1',
    },
    slow: false,
  }),
  tsan: () => ({
    env: {
      AIO_BIND_ADDON: addon('build-tsan/Release'),
      LD_PRELOAD: library('libtsan.so'),
      TSAN_OPTIONS: 'ignore_noninstrumented_modules=1',
    },
    slow: false,
  }),
  valgrind: () => ({
    env: {
      AIO_BIND_ADDON: addon('build/Release'),
      // The tests' children, and not vitest itself, which takes over a minute to start under it.
      AIO_RUN_UNDER: `valgrind -q --error-exitcode=99 --fair-sched=yes --suppressions=${suppressions}`,
    },
    slow: true,
  }),
};

const name = process.env.AIO_INSTRUMENT;
const make = name === undefined ? undefined : instruments[name];
if (name !== undefined && make === undefined) {
  throw new Error(`AIO_INSTRUMENT is one of ${Object.keys(instruments).join(', ')}`);
}

/** The one that AIO_INSTRUMENT asks for. */
export const instrument: Instrument | undefined =
  name !== undefined && make !== undefined ? { name, ...make() } : undefined;
