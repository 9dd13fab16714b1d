import { execFile } from 'node:child_process';
import nodeFs from 'node:fs';
import nodePromises from 'node:fs/promises';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import fs, * as named from '../src/fs.js';
import promises, * as namedPromises from '../src/fs-promises.js';
import { appendFile, open, readFile, writeFile } from '../src/index.js';

/** What a module exports, besides what stands for all of it. */
function byName(module: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(module).filter(([name]) => name !== 'default' && name !== 'module.exports'),
  );
}

/** Of which names the values are not the same. */
function differing(ones: object, others: object): string[] {
  const names = new Set([...Object.keys(ones), ...Object.keys(others)]);
  return [...names].filter((name) => Reflect.get(ones, name) !== Reflect.get(others, name));
}

describe('aio/fs', () => {
  test('exports by name what node:fs has, as the default export has it', () => {
    expect(Object.keys(byName(named)).toSorted()).toEqual(Object.keys(nodeFs).toSorted());
    expect(differing(byName(named), fs)).toEqual([]);
  });

  test('of it these are ours, and all else is Node’s', () => {
    expect(differing(byName(named), nodeFs).toSorted()).toEqual([
      'close',
      'closeSync',
      'createReadStream',
      'createWriteStream',
      'fdatasync',
      'fsync',
      'open',
      'openSync',
      'promises',
      'read',
      'readFile',
      'readv',
      'write',
      'writev',
    ]);
  });
});

describe('aio/fs/promises', () => {
  test('exports by name what node:fs/promises has, as the default export has it', () => {
    expect(Object.keys(byName(namedPromises)).toSorted()).toEqual(
      Object.keys(nodePromises).toSorted(),
    );
    expect(differing(byName(namedPromises), promises)).toEqual([]);
  });

  test('of it these are ours, and all else is Node’s', () => {
    const ours = { appendFile, open, readFile, writeFile };
    expect(differing(promises, nodePromises).toSorted()).toEqual(Object.keys(ours));
    expect(promises).toMatchObject(ours);
  });

  test('is the promises of aio/fs', () => {
    expect(fs.promises).toBe(promises);
    expect(named.promises).toBe(promises);
  });
});

// As it is built, and linked by Node itself instead of by what runs the tests.
test('both give their names to import, and what they export by default to require', async () => {
  const script = `
    import { createRequire } from 'node:module';
    import fs, { createReadStream, statSync } from 'aio/fs';
    import promises, { readFile, stat } from 'aio/fs/promises';
    import * as named from 'aio/fs';
    import * as namedPromises from 'aio/fs/promises';
    const require = createRequire(import.meta.url);
    console.log(JSON.stringify({
      same: [
        createReadStream === fs.createReadStream,
        statSync === fs.statSync,
        readFile === promises.readFile,
        stat === promises.stat,
        fs.promises === promises,
        require('aio/fs') === fs,
        require('aio/fs/promises') === promises,
      ],
      names: Object.keys(named),
      promises: Object.keys(namedPromises),
    }));`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', script],
    { cwd: import.meta.dirname },
  );
  const besides = ['default', 'module.exports'];
  expect(JSON.parse(stdout)).toEqual({
    same: Array.from({ length: 7 }, () => true),
    names: [...Object.keys(nodeFs), ...besides].sort(),
    promises: [...Object.keys(nodePromises), ...besides].sort(),
  });
});
