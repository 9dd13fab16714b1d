// Kernel AIO differs by file system: what it does at once, what it refuses. What we do with it does not.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { open } from '../src/index.js';
import { evict, numberedBytes, writeNumbered } from '../test/support/page-cache.js';
import { rounds } from '../test/support/rounds.js';
import { FILE_SYSTEMS, MIB, Volume, run } from './support/disk.js';
import { AREA, accessInRounds, accessRounds } from './support/stripes.js';

const KERNEL = { backend: 'kernel' } as const;

describe.each(FILE_SYSTEMS)('on %s', (type) => {
  let volume: Volume;
  beforeAll(() => {
    volume = new Volume(type);
  });
  afterAll(() => volume[Symbol.dispose]());

  test.each([false, true])('reads and writes do what a model does; direct: %s', async (direct) => {
    const path = volume.file('area');
    await fc.assert(
      fc.asyncProperty(accessRounds, async (accesses) => {
        const model = writeNumbered(path, AREA);
        const handle = await open(path, 'r+', { direct, ...KERNEL });
        try {
          await accessInRounds(handle, model, accesses);
          await handle.datasync();
        } finally {
          await handle.close();
        }
        expect(readFileSync(path).equals(model)).toBe(true);
        evict(path);
        expect(readFileSync(path).equals(model)).toBe(true);
      }),
      { numRuns: rounds(200, 40) },
    );
  });

  test('what is not in the page cache is read, one by one and many at once', async () => {
    const path = volume.file('cold');
    const contents = writeNumbered(path, 16 * MIB);
    await using handle = await open(path, 'r', KERNEL);
    const positions = Array.from({ length: 512 }, (_, i) => ((i * 7919) % 4096) * 4096 + (i % 3));
    const expected = positions.map((at) => contents.subarray(at, at + 4096));

    evict(path);
    const read = positions.map(async (at) => {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(4096), 0, 4096, at);
      return buffer.subarray(0, bytesRead);
    });
    expect(Buffer.concat(await Promise.all(read)).equals(Buffer.concat(expected))).toBe(true);

    evict(path);
    const buffer = Buffer.alloc(positions.length * 4096);
    const { bytes, failed } = await handle.readMany({ buffer, positions, lengths: 4096 });
    expect({ bytes, failed }).toEqual({ bytes: Buffer.concat(expected).length, failed: 0 });
    expect(buffer.subarray(0, bytes).equals(Buffer.concat(expected))).toBe(true);
  });

  test('appends that go on at once are all there, each in one piece', async () => {
    const path = volume.file('log');
    const lines = Array.from({ length: 200 }, (_, i) => `${i}`.padStart(7, '.') + '\n');
    await using handle = await open(path, 'a', KERNEL);
    await Promise.all(
      lines.map(async (line) => {
        await handle.appendFile(line);
        await handle.datasync();
      }),
    );
    expect(readFileSync(path, 'utf8').match(/.{8}/gs)?.toSorted()).toEqual(lines.toSorted());
  });

  test('a stream copies a file', async () => {
    const contents = numberedBytes(5 * MIB + 3);
    writeFileSync(volume.file('from'), contents);
    evict(volume.file('from'));
    await using from = await open(volume.file('from'), 'r', KERNEL);
    await using to = await open(volume.file('to'), 'w', KERNEL);
    await pipeline(from.createReadStream(), to.createWriteStream());
    expect(readFileSync(volume.file('to')).equals(contents)).toBe(true);
  });

  test.each([false, true])(
    'a file that has no room fails with ENOSPC; direct: %s',
    async (direct) => {
      const ballast = volume.file('ballast');
      const free = Number(run('stat', '--file-system', '--format=%a', volume.path));
      const block = Number(run('stat', '--file-system', '--format=%S', volume.path));
      run('fallocate', '--length', `${Math.max(free * block - 48 * MIB, MIB)}`, ballast);
      const path = volume.file('full');
      const handle = await open(path, 'w', { direct, ...KERNEL });
      let written = 0;
      const fill = async (): Promise<never> => {
        const chunk = Buffer.alloc(MIB, 'x');
        for (;;) written += (await handle.write(chunk, 0, MIB, written)).bytesWritten;
      };
      await expect(fill()).rejects.toMatchObject({ code: 'ENOSPC', syscall: 'write' });
      await handle.close();
      // Nothing of what was said to be written is missing.
      expect(statSync(path).size).toBe(written);
      expect(readFileSync(path).equals(Buffer.alloc(written, 'x'))).toBe(true);
      run('rm', ballast, path);
    },
  );
});
