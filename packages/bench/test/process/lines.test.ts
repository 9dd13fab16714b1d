import { closeSync, openSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Scratch } from '../../src/files/scratch.js';
import { Lines } from '../../src/process/lines.js';

it('gives line after line, however long, and nothing behind the last one', () => {
  using scratch = new Scratch(tmpdir());
  const path = join(scratch.path, 'lines');
  // Longer than what is read at once, with a character of two bytes across each boundary.
  const long = `x${'é'.repeat(100_000)}`;
  writeFileSync(path, `first\n\n${long}\nlast\nno line`);
  const fd = openSync(path, 'r');
  try {
    const lines = new Lines(fd);
    expect([lines.next(), lines.next()]).toEqual(['first', '']);
    expect(lines.next()).toBe(long);
    expect([lines.next(), lines.next(), lines.next()]).toEqual(['last', undefined, undefined]);
  } finally {
    closeSync(fd);
  }
});
