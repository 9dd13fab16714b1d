import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Scratch } from '../../src/files/scratch.js';
import { inPageCache, residencyNotes, type Ready } from '../../src/trials/in-page-cache.js';
import { envWithProgram } from '../fake-program.js';

const { signal } = new AbortController();

afterEach(() => {
  vi.unstubAllEnvs();
});

function filesIn(scratch: Scratch, count: number): readonly string[] {
  const directory = join(scratch.path, 'files');
  mkdirSync(directory);
  return Array.from({ length: count }, (_, i) => {
    const path = join(directory, String(i));
    writeFileSync(path, 'x');
    return path;
  });
}

/** In place of fincore: it notes the files that it is asked for, and says of each what the script says. */
function fakeFincore(scratch: Scratch, line: string): string {
  const log = join(scratch.path, 'log');
  const script = `shift 5; for file; do echo "$file" >> '${log}'; ${line}; done`;
  vi.stubEnv('PATH', envWithProgram(scratch.path, 'fincore', script).PATH);
  return log;
}

async function turn(ready: Ready): Promise<string> {
  await ready();
  return 'sample';
}

describe('inPageCache', () => {
  it.each([
    [3, [0, 1, 2]],
    [1000, Array.from({ length: 1000 }, (_, i) => i)],
    [1001, Array.from({ length: 200 }, (_, i) => Math.floor(i * 5.005))],
    [2000, Array.from({ length: 200 }, (_, i) => i * 10)],
  ])('asks of %i files for enough of them', async (count, asked) => {
    using scratch = new Scratch(tmpdir());
    const files = filesIn(scratch, count);
    const log = fakeFincore(scratch, 'echo "4096 1"');
    const taken = await inPageCache({ files, pageCache: 'locked' }, signal, turn);
    expect(taken).toEqual({ sample: 'sample', residency: { before: 1, after: 1 } });
    const paths = asked.map((i) => files[i]);
    expect(readFileSync(log, 'utf8').trim().split('\n')).toEqual([...paths, ...paths]);
  });

  it('refuses many files of which some are not in memory, though the pages of the others are larger', async () => {
    using scratch = new Scratch(tmpdir());
    const files = filesIn(scratch, 1500);
    fakeFincore(scratch, 'case $file in *50) echo "0 1024";; *) echo "4096 1024";; esac');
    await expect(inPageCache({ files, pageCache: 'locked' }, signal, turn)).rejects.toThrow(
      /^refused 3 times: 9\d\.\d % of the file was in memory before/,
    );
  });

  it('refuses cold files that are in memory', async () => {
    using scratch = new Scratch(tmpdir());
    const files = filesIn(scratch, 2);
    fakeFincore(scratch, 'echo "4096 1"');
    await expect(inPageCache({ files, pageCache: 'dropped' }, signal, turn)).rejects.toThrow(
      'refused 3 times: 100.0 % of the file was in memory before, 100.0 % after',
    );
  });

  it('refuses cold files of which nobody can say whether they are in memory, and takes no turn', async () => {
    using scratch = new Scratch(tmpdir());
    const files = filesIn(scratch, 2);
    vi.stubEnv('PATH', '/nonexistent');
    const never = vi.fn(turn);
    await expect(inPageCache({ files, pageCache: 'dropped' }, signal, never)).rejects.toThrow(
      'fincore, of util-linux (Debian: util-linux-extra), is not installed',
    );
    expect(never).not.toHaveBeenCalled();
  });

  it('takes cached files as they are where nobody can say', async () => {
    using scratch = new Scratch(tmpdir());
    const files = filesIn(scratch, 2);
    vi.stubEnv('PATH', '/nonexistent');
    const { residency } = await inPageCache({ files, pageCache: 'locked' }, signal, turn);
    expect(residency).toEqual({ before: undefined, after: undefined });
  });
});

it('is said where some files stand for all', () => {
  const casesOf = (count: number): Parameters<typeof residencyNotes>[0] => [
    { files: new Array<string>(count).fill('file'), pageCache: 'locked' },
  ];
  expect(residencyNotes(casesOf(1000))).toEqual([]);
  expect(residencyNotes(casesOf(1001))).toEqual([
    'where there are more than 1000 files, 200 of them stand for all when it is asked how much is in memory',
  ]);
});
