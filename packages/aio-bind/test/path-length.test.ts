// A path that is too long is refused as a whole: it must not be taken for what its beginning names, which
// is where a string is cut that does not fit the addon's memory.
import { realpathSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { describe, expect, test } from 'vitest';
import * as aio from '../src/index.js';
import { Scratch } from './support/scratch.js';

const { ENAMETOOLONG } = constants.errno;
const { AT_FDCWD, O_CLOEXEC, O_PATH } = aio;

/** What the kernel takes, its NUL included. */
const PATH_MAX = 4096;

/** The same path, with as many slashes before it as it takes to be of so many bytes. */
const stretched = (path: string, bytes: number): string =>
  '/'.repeat(bytes - Buffer.byteLength(path)) + path;

const open = (path: string): number => aio.try_openat2(AT_FDCWD, path, O_PATH | O_CLOEXEC, 0, 0);

function errnoOf(call: () => void): number {
  try {
    call();
    return 0;
  } catch (error) {
    return (error as NodeJS.ErrnoException).errno ?? 0;
  }
}

const statx = (path: string): number =>
  errnoOf(() => {
    aio.statx(AT_FDCWD, path, 0, aio.STATX_TYPE, new aio.Statx());
  });

function devicesOf(path: string): Uint32Array {
  const found = new aio.Statx();
  aio.statx(AT_FDCWD, path, 0, aio.STATX_TYPE, found);
  return Uint32Array.of(found.stx_dev_major, found.stx_dev_minor);
}

describe.for(['e', 'é', '日', '🐢'])('%s behind what exists', (character) => {
  test.for([4092, 4093, 4094, 4095])('%d bytes names nothing', (bytes) => {
    using folder = new Scratch();
    const file = realpathSync(folder.path) + '/file';
    writeFileSync(file, 'text');
    const devices = devicesOf(file);
    for (const path of [stretched(file, bytes), '/'.repeat(bytes)]) {
      aio.close(open(path)); // what is not too long is opened
      const longer = path + character;
      const isTooLong = Buffer.byteLength(longer) >= PATH_MAX;
      const found = [
        open(longer),
        statx(longer),
        aio.read_cached(longer, Buffer.alloc(10), devices),
        aio.read_cached_on_mount(longer, Buffer.alloc(10), new Int32Array(1)),
      ];
      if (isTooLong) expect(found).toEqual(new Array(4).fill(-ENAMETOOLONG));
      else for (const result of found) expect(result).toBeLessThan(0);
    }
  });

  test('where it goes on behind that, it names nothing either', () => {
    const path = '/'.repeat(PATH_MAX - 1) + character.repeat(5000);
    expect([open(path), statx(path)]).toEqual([-ENAMETOOLONG, -ENAMETOOLONG]);
  });
});
