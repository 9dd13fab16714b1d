// A descriptor that is closed while something is under way stays open until that has ended. Whoever closes its number
// once more hears what Node says, and nobody else's descriptor is closed.
import nodeFs from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import fs from '../src/fs.js';
import { TempFolder } from './support/temp-folder.js';

const BYTES = 1 << 22;

let folder: TempFolder;
beforeAll(() => {
  folder = new TempFolder();
  nodeFs.writeFileSync(folder.file('other'), 'other');
});
afterAll(() => {
  folder[Symbol.dispose]();
});

const closed = (by: typeof nodeFs, fd: number): Promise<unknown> =>
  new Promise((resolve) => {
    by.close(fd, resolve);
  });

function thrownBy(call: () => void): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return null;
}

/** What Node says of a descriptor that is closed. */
async function closedAlready(): Promise<{ later: unknown; atOnce: unknown }> {
  const fd = nodeFs.openSync(folder.file('other'), 'r');
  nodeFs.closeSync(fd);
  const atOnce = thrownBy(() => {
    nodeFs.closeSync(fd);
  });
  return { atOnce, later: await closed(nodeFs, fd) };
}

test('a further close of a number that is being closed fails, and does not close', async () => {
  const already = await closedAlready();
  expect(already.later).toMatchObject({ code: 'EBADF', syscall: 'close' });
  const fd = fs.openSync(folder.file('file'), 'w');
  const writing = new Promise((resolve) => {
    fs.write(fd, Buffer.alloc(BYTES), 0, BYTES, 0, (error, bytes) => {
      resolve(error ?? bytes);
    });
  });
  const first = closed(fs, fd);
  const second = closed(fs, fd);
  const atOnce = thrownBy(() => {
    fs.closeSync(fd);
  });
  // Its number is still taken, so it is not this one's.
  const other = fs.openSync(folder.file('other'), 'r');
  expect(other).not.toBe(fd);
  expect(await second).toEqual(already.later);
  expect(atOnce).toEqual(already.atOnce);
  expect(await writing).toBe(BYTES);
  expect(await first).toBeNull();
  expect(nodeFs.readFileSync(other, 'utf8')).toBe('other');
  fs.closeSync(other);
});

test('what is wrong with the arguments of a further close is said as by Node', async () => {
  const fd = fs.openSync(folder.file('file'), 'w');
  fs.write(fd, Buffer.alloc(BYTES), 0, BYTES, 0, () => undefined);
  const first = closed(fs, fd);
  const wrong = 5 as never;
  const ours = thrownBy(() => {
    fs.close(fd, wrong);
  });
  const nodes = thrownBy(() => {
    nodeFs.close(fd, wrong);
  });
  expect(ours).toEqual(nodes);
  expect(await first).toBeNull();
});

test('a number that is free again can be opened and closed', async () => {
  const fd = fs.openSync(folder.file('file'), 'w');
  fs.write(fd, Buffer.alloc(BYTES), 0, BYTES, 0, () => undefined);
  expect(await closed(fs, fd)).toBeNull();
  const next = fs.openSync(folder.file('other'), 'r');
  expect(await closed(fs, next)).toBeNull();
  expect(await closed(fs, next)).toMatchObject({ code: 'EBADF' });
});
