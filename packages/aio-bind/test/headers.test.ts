// The addon is compiled on machines whose headers are older than those here, or another C library's. Of the kernel layer,
// and of all constants, that can be tried here: with headers that are made so.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { native } from '../src/native.js';
import { Scratch } from './support/scratch.js';

const NATIVE = path.resolve(import.meta.dirname, '../native');
const COMPILER = process.env.CXX ?? 'c++';
// Without a sanitizer's library in it.
const env = { PATH: process.env.PATH };

const sources = (folder: string): string[] =>
  readdirSync(path.join(NATIVE, folder)).map((name) => path.join(NATIVE, folder, name));

/** Where the compiler looks for headers, in order. */
function includeFolders(): string[] {
  const options = ['-E', '-v', '-x', 'c++', '/dev/null'];
  const { stderr } = spawnSync(COMPILER, options, { env, encoding: 'utf8' });
  const [, list = ''] =
    /<\.\.\.> search starts here:\n(.*?)\nEnd of search list/s.exec(stderr) ?? [];
  return list.split('\n').map((line) => line.trim());
}

/** The whole kernel layer, and all constants, as one file. */
function everything(): string {
  const layer = sources('kernel').filter((name) => name.endsWith('.cc'));
  const values = Object.entries(native.constants).map(
    ([name, value]) => `static_assert(${name} == ${value});\n`,
  );
  return [
    ...['poll.h', 'unistd.h', ...layer].map((name) => `#include "${name}"\n`),
    'namespace aio_bind {\n',
    ...values,
    '}\n',
  ].join('');
}

/** Compiles it with these folders for headers. */
function compile(folders: readonly string[]): { status: number | null; stderr: string } {
  const given = folders.flatMap((folder) => ['-isystem', folder]);
  const options = ['-std=c++20', '-fsyntax-only', '-nostdinc', '-x', 'c++', ...given, '-'];
  const input = everything();
  const { status, stderr } = spawnSync(COMPILER, options, { env, input, encoding: 'utf8' });
  return { status, stderr };
}

const fine = { status: 0, stderr: '' };

/** Linux 4.18 had none of these, */
const NEWER_HEADERS = new Set(['ioprio.h', 'openat2.h', 'time_types.h']);
/** nor these in those that it had. */
const NEWER_NAMES =
  /^\s*(?:IOCB_CMD_POLL\s*=|#define\s+(?:RWF_(?:NOAPPEND|ATOMIC|DONTCACHE|NOSIGNAL)|STATX_(?:MNT_ID\w*|DIOALIGN|SUBVOL|WRITE_ATOMIC|DIO_READ_ALIGN)|STATX_ATTR_(?:MOUNT_ROOT|VERITY|DAX|WRITE_ATOMIC))\b).*$/gm;

/** Headers as those in `/usr/include`, with the kernel's as Linux 4.18 had them. */
function olderHeaders(into: string): string {
  mkdirSync(path.join(into, 'linux'), { recursive: true });
  for (const name of readdirSync('/usr/include')) {
    if (name !== 'linux') symlinkSync(path.join('/usr/include', name), path.join(into, name));
  }
  for (const name of readdirSync('/usr/include/linux')) {
    const from = path.join('/usr/include/linux', name);
    const to = path.join(into, 'linux', name);
    if (['aio_abi.h', 'fs.h', 'stat.h'].includes(name)) {
      writeFileSync(to, readFileSync(from, 'utf8').replaceAll(NEWER_NAMES, ''));
    } else if (!NEWER_HEADERS.has(name)) {
      symlinkSync(from, to);
    }
  }
  return into;
}

describe('the kernel layer is compiled', () => {
  test('with the headers of this machine', () => {
    expect(compile(includeFolders())).toEqual(fine);
  });

  test('with the headers of Linux 4.18', () => {
    using folder = new Scratch();
    const older = olderHeaders(folder.to('include'));
    const folders = includeFolders().map((name) => (name === '/usr/include' ? older : name));
    expect(folders).toContain(older);
    expect(compile(folders)).toEqual(fine);
  });

  test('where <sys/stat.h> has a struct statx of its own, as in musl', () => {
    using folder = new Scratch();
    mkdirSync(folder.to('sys'));
    const own = 'struct statx { int its_own; };\nstruct statx_timestamp { int its_own; };\n';
    writeFileSync(folder.to('sys', 'stat.h'), own);
    expect(compile([folder.path, ...includeFolders()])).toEqual(fine);
  });
});

test('what is compiled together does not include <sys/stat.h>, which does not go with <linux/stat.h>', () => {
  const including = [...sources('kernel'), ...sources('addon')].filter((name) =>
    readFileSync(name, 'utf8').includes('#include <sys/stat.h>'),
  );
  expect(including).toEqual([]);
});
