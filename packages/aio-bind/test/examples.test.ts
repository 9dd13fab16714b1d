import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const example = (name: string): URL => new URL(`../examples/${name}.js`, import.meta.url);

async function output(name: string): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [example(name).pathname]);
  expect(stderr).toBe('');
  return stdout;
}

describe('the examples', () => {
  test('tour.js does what each of its lines says', async () => {
    expect(await output('tour')).toBe(
      'written: 14n\nsynced: 0n\nread: Hello, kernel!\nreadable: true\ncancelled: 0n\n',
    );
  });

  test('event-loop.js reads every block', async () => {
    expect(await output('event-loop')).toBe('read 16 blocks\n');
  });

  test('slab.js reads as much as it submitted', async () => {
    expect(await output('slab')).toBe(`read ${1000 * 32 * 4096} bytes in 1000 batches of 32\n`);
  });

  test('the README shows tour.js as it is', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    expect(readme).toContain(readFileSync(example('tour'), 'utf8'));
  });
});
