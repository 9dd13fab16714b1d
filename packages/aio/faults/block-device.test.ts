// A block device is read and written like a file, but has a size that stays.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { open } from '../src/index.js';
import { rounds } from '../test/support/rounds.js';
import { Disk } from './support/disk.js';
import { AREA, accessInRounds, accessRounds } from './support/stripes.js';

const KERNEL = { backend: 'kernel' } as const;

describe.each([512, 4096])('a block device with sectors of %i bytes', (sectorBytes) => {
  test.each([false, true])('does what a model does; direct: %s', async (direct) => {
    using disk = new Disk({ bytes: AREA, sectorBytes });
    const model = Buffer.alloc(AREA);
    await fc.assert(
      fc.asyncProperty(accessRounds, async (accesses) => {
        await using handle = await open(disk.device, 'r+', { direct, ...KERNEL });
        await accessInRounds(handle, model, accesses);
        await handle.datasync();
        expect(readFileSync(disk.device).equals(model)).toBe(true);
      }),
      { numRuns: rounds(200, 40) },
    );
  });

  test.each([false, true])('ends where it ends; direct: %s', async (direct) => {
    using disk = new Disk({ bytes: AREA, sectorBytes });
    await using handle = await open(disk.device, 'r+', { direct, ...KERNEL });
    const buffer = Buffer.alloc(8192);
    expect((await handle.read(buffer, 0, 8192, AREA - 4096)).bytesRead).toBe(4096);
    expect((await handle.read(buffer, 0, 8192, AREA)).bytesRead).toBe(0);
    await expect(handle.write(buffer, 0, 4096, AREA)).rejects.toMatchObject({ code: 'ENOSPC' });
  });

  test('is as large as its slice', async () => {
    using disk = new Disk({ bytes: AREA, sectorBytes });
    await using handle = await open(disk.device, 'r+', KERNEL);
    await handle.write('twelve bytes');
    expect(handle.slice().size).toBe(AREA);
    expect(await handle.slice(0, 6).text()).toBe('twelve');
    // It is still where it was.
    await handle.write(', and six');
    expect(await handle.slice(7, 21).text()).toBe('bytes, and six');
  });

  test('says what direct I/O demands', async () => {
    using disk = new Disk({ bytes: AREA, sectorBytes });
    await using handle = await open(disk.device, 'r', { direct: true, ...KERNEL });
    const { offset } = handle.directAlignment ?? { offset: 0 };
    expect(offset % sectorBytes).toBe(0);
    expect(offset).toBeGreaterThan(0);
  });
});
