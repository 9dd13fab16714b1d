import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { chooseDirectory } from '../../src/files/choose-directory.js';
import { makeContentFile } from '../../src/files/content.js';
import { Scratch } from '../../src/files/scratch.js';
import { LockedInMemory, evict, residentShare, touch } from '../../src/measure/page-cache.js';

const SIZE = 1 << 20;
const { signal } = new AbortController();

function filesIn(scratch: Scratch, count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => {
    const path = join(scratch.path, `file-${i}`);
    makeContentFile(path, SIZE);
    return path;
  });
}

/** How much memory the programs that this process has started have locked, in bytes. */
function lockedByChildren(): number {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ');
  return children
    .filter((pid) => pid !== '')
    .map((pid) => {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      // Without that line it has ended.
      return Number(/^VmLck:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
    })
    .reduce((sum, bytes) => sum + bytes, 0);
}

describe.each([1, 3])('of %i files', (count) => {
  it('eviction leaves nothing in memory', async ({ skip }) => {
    // On a disk: what is in memory only cannot be dropped.
    using scratch = new Scratch(chooseDirectory(undefined));
    const paths = filesIn(scratch, count);
    for (const path of paths) touch(path);
    const before = await residentShare(paths, signal);
    skip(before === undefined, 'not runnable here: fincore is not installed');
    await evict(paths, signal);
    expect(await residentShare(paths, signal)).toBe(0);
  });

  it('every page is locked', async ({ skip }) => {
    using scratch = new Scratch(tmpdir());
    await using locked = new LockedInMemory(filesIn(scratch, count), scratch.path);
    while (locked.missing === undefined && lockedByChildren() < count * SIZE) await nextTurn();
    skip(locked.missing !== undefined, `not runnable here: ${locked.missing ?? ''}`);
    expect(lockedByChildren()).toBe(count * SIZE);
  });
});
