// The C++ cases of native/test, which know the kernel layer and no JavaScript: each is a test here.
import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { runUnder, withoutWarnings } from './support/run-under.js';

/** What a case exits with that this machine cannot run; it prints why. */
const SKIPPED = 77;

// Beside the addon that the other tests use, so that a sanitizer's build is tested as a whole.
const addon = process.env.AIO_BIND_ADDON ?? '../build/Release/aio_bind.node';
const executable = path.resolve(import.meta.dirname, path.dirname(addon), 'kernel_test');

interface Outcome {
  status: number | string;
  stdout: string;
  stderr: string;
}

const run = (title: string, signal: AbortSignal): Promise<Outcome> =>
  new Promise((resolve) => {
    const [command, ...args] = [...runUnder, executable, title];
    execFile(command, args, { signal }, (error, stdout, stderr) => {
      // No code where a signal has ended it.
      const status = error === null ? 0 : (error.code ?? error.signal ?? error.message);
      resolve({ status, stdout, stderr: withoutWarnings(stderr) });
    });
  });

const list = (): string[] => {
  if (!existsSync(executable)) throw new Error(`no ${executable}: run the script "native"`);
  return execFileSync(executable, ['--list'], { encoding: 'utf8' }).trimEnd().split('\n');
};

/**
 * What valgrind 3.19 cannot judge: bad memory that is given on purpose, io_pgetevents(2), which it does
 * not know, rings, whose size it guesses, and a hundred threads.
 */
const beyondValgrind =
  /EFAULT|null|mapped|-1|above|full tmpfs|threads|mask|signal|while another submits|parent|race of/;

// On a machine that is busy otherwise, handing over between threads takes its time.
describe.concurrent('kernel layer', { timeout: 120_000 }, () => {
  const titles = list();

  test('no two cases have the same title', () => {
    expect(titles).toHaveLength(new Set(titles).size);
  });

  test.for(titles)('%s', async (title, { skip, signal }) => {
    const watched = process.env.AIO_INSTRUMENT === 'valgrind';
    skip(watched && beyondValgrind.test(title), 'not runnable here: valgrind cannot judge it');
    const { status, stdout, stderr } = await run(title, signal);
    if (status === SKIPPED) skip(`not runnable here: ${stdout.trim()}`);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
