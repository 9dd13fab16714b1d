import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const example = (name: string): URL => new URL(`../examples/${name}.js`, import.meta.url);

async function output(name: string): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [example(name).pathname]);
  expect(stderr).toBe('');
  return stdout;
}

describe('the examples', () => {
  test('polled.js reads every file, again and again', async () => {
    expect((await output('polled')).split('\n').sort()).toEqual([
      '',
      'read 3 files 1000 times',
      'this is file one',
      'this is file three',
      'this is file two',
    ]);
  });

  test('for-await.js copies a file', async () => {
    expect(await output('for-await')).toBe('copied 64 blocks: true\n');
  });

  test('poll.js gives up, waits, reads, and sees the end', async () => {
    expect(await output('poll')).toBe(
      'gave up: AbortError, TimeoutError\nreadable: true\nread: hello\nhung up: true\n',
    );
  });

  test('priorities.js reads by every class', async () => {
    expect(await output('priorities')).toBe(
      `read ${1 << 20} bytes by two priorities\nreal time: true\n`,
    );
  });

  test('ranges.js writes and reads many at once', async () => {
    expect((await output('ranges')).split('\n')).toEqual([
      'wrote 1024000 bytes',
      'record 1999, record 7, record 1024',
      'full: 512, 512, 512; at the end: 500, 0',
      '512 bytes that begin with "record 7"',
      '',
    ]);
  });
});
