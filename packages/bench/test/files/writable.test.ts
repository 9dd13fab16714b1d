import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Scratch } from '../../src/files/scratch.js';
import { checkWritable } from '../../src/files/writable.js';

describe('checkWritable', () => {
  it('leaves no file where there was none', () => {
    using scratch = new Scratch(tmpdir());
    checkWritable('--json', join(scratch.path, 'samples.json'));
    expect(readdirSync(scratch.path)).toEqual([]);
  });

  it('leaves the file as it is where there is one', () => {
    using scratch = new Scratch(tmpdir());
    const path = join(scratch.path, 'samples.json');
    writeFileSync(path, 'of an earlier run');
    checkWritable('--json', path);
    expect(readFileSync(path, 'utf8')).toBe('of an earlier run');
  });

  it('leaves a link that leads to nothing, and nothing where it leads', () => {
    using scratch = new Scratch(tmpdir());
    const [link, target] = [join(scratch.path, 'link'), join(scratch.path, 'target')];
    symlinkSync(target, link);
    checkWritable('--json', link);
    expect(readdirSync(scratch.path)).toEqual(['link']);
  });

  it('does not wait for whoever reads a pipe', () => {
    using scratch = new Scratch(tmpdir());
    const path = join(scratch.path, 'pipe');
    spawnSync('mkfifo', [path]);
    checkWritable('--json', path);
    expect(existsSync(path)).toBe(true);
  });

  it.each([
    ['a directory', 'directory', 'EISDIR'],
    ['where there is no directory', 'nowhere/samples.json', 'ENOENT'],
    ['what lies below a file', 'file/samples.json', 'ENOTDIR'],
  ])('refuses %s', (_what, name, code) => {
    using scratch = new Scratch(tmpdir());
    mkdirSync(join(scratch.path, 'directory'));
    writeFileSync(join(scratch.path, 'file'), '');
    const path = join(scratch.path, name);
    expect(() => checkWritable('--json', path)).toThrow(
      `--json wants a file that can be written to, not '${path}' (${code})`,
    );
  });

  it('refuses no name at all', () => {
    expect(() => checkWritable('--json', '')).toThrow("not '' (ENOENT)");
  });
});
