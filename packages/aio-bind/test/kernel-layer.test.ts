// The C++ cases of native/test, which know the kernel layer and no JavaScript: each is a test here.
import { type RunnerTestSuite as Suite, afterAll, describe, expect, test } from 'vitest';
import { KernelCases } from './support/kernel-cases.js';

/** What a case exits with that this machine cannot run; it prints why. */
const SKIPPED = '77';

/**
 * What valgrind 3.19 cannot judge: bad memory that is given on purpose, io_pgetevents(2), which it does
 * not know, rings, whose size it guesses, and a hundred threads.
 */
const beyondValgrind =
  /EFAULT|null|mapped|-1|above|full tmpfs|threads|mask|signal|while another submits|parent|race of/;

const isBeyond = (title: string): boolean =>
  process.env.AIO_INSTRUMENT === 'valgrind' && beyondValgrind.test(title);

// On a machine that is busy otherwise, handing over between threads takes its time.
describe.concurrent('kernel layer', { timeout: 300_000 }, () => {
  const titles = KernelCases.list();
  let cases: KernelCases | undefined;
  afterAll(() => cases?.[Symbol.asyncDispose]());

  /** The first that needs one starts all that are asked for, as with -t. */
  const started = (suite: Suite | undefined): KernelCases => {
    const wanted = new Set(suite?.tasks.filter(({ mode }) => mode === 'run').map((it) => it.name));
    return (cases ??= new KernelCases(titles.filter((it) => wanted.has(it) && !isBeyond(it))));
  };

  test('no two cases have the same title', () => {
    expect(titles).toHaveLength(new Set(titles).size);
  });

  test.for(titles)('%s', async (title, { skip, task }) => {
    skip(isBeyond(title), 'not runnable here: valgrind cannot judge it');
    const { status, stdout, stderr } = await started(task.suite).outcome(title);
    if (status === SKIPPED) skip(`not runnable here: ${stdout.trim()}`);
    expect({ status, stderr }).toEqual({ status: '0', stderr: '' });
  });
});
