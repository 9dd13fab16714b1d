import { existsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { Scratch } from '../../src/files/scratch.js';

it('is a directory of its own until disposed of, with all that is in it', () => {
  const scratch = new Scratch(tmpdir());
  expect(dirname(scratch.path)).toBe(tmpdir());
  writeFileSync(join(scratch.path, 'file'), 'content');
  scratch[Symbol.dispose]();
  expect(existsSync(scratch.path)).toBe(false);
});

it('leaves no listener behind', () => {
  const listeners = process.listenerCount('exit');
  {
    using _scratch = new Scratch(tmpdir());
    expect(process.listenerCount('exit')).toBe(listeners + 1);
  }
  expect(process.listenerCount('exit')).toBe(listeners);
});
