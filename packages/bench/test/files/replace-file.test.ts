import {
  chmodSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { replaceFile } from '../../src/files/replace-file.js';
import { Scratch } from '../../src/files/scratch.js';

it.each([[[]], [['page']]])('leaves nothing but the file where there was %j', (before) => {
  using scratch = new Scratch(tmpdir());
  for (const name of before) writeFileSync(join(scratch.path, name), 'of an earlier run');
  replaceFile(join(scratch.path, 'page'), 'new');
  expect(readdirSync(scratch.path)).toEqual(['page']);
  expect(readFileSync(join(scratch.path, 'page'), 'utf8')).toBe('new');
});

it('writes another file, with the permissions of the one before', () => {
  using scratch = new Scratch(tmpdir());
  const path = join(scratch.path, 'page');
  writeFileSync(path, 'of an earlier run');
  chmodSync(path, 0o600);
  const { ino } = statSync(path);
  replaceFile(path, 'new');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(path).ino).not.toBe(ino);
});

it.each(['page', 'nothing'])('writes where a link leads, to %s, and leaves the link', (to) => {
  using scratch = new Scratch(tmpdir());
  writeFileSync(join(scratch.path, 'page'), 'of an earlier run');
  symlinkSync(to, join(scratch.path, 'link'));
  replaceFile(join(scratch.path, 'link'), 'new');
  expect(readFileSync(join(scratch.path, to), 'utf8')).toBe('new');
  expect(readdirSync(scratch.path).sort()).toEqual([...new Set(['link', 'page', to])].sort());
});

it('writes to a device', () => {
  replaceFile('/dev/null', 'new');
  expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
});

it('leaves nothing beside what cannot be replaced', () => {
  using scratch = new Scratch(tmpdir());
  const path = join(scratch.path, 'file', 'page');
  writeFileSync(join(scratch.path, 'file'), '');
  expect(() => replaceFile(path, 'new')).toThrow('ENOTDIR');
  mkdirSync(join(scratch.path, 'directory'));
  expect(() => replaceFile(join(scratch.path, 'directory'), 'new')).toThrow('EISDIR');
  expect(readdirSync(scratch.path).sort()).toEqual(['directory', 'file']);
});
