import { constants } from 'node:buffer';
import { addressOf } from 'aio-bind';
import { describe, expect, test } from 'vitest';
import { alignedBuffer } from '../src/index.js';
import { inChild, type Inside } from './support/child.js';
import { TempFolder } from './support/temp-folder.js';

const noAddon = { env: { AIO_BIND_ADDON: '/nowhere/aio_bind.node' } };

/** What comes of arguments, of which JSON has no infinity, no NaN and no bigint. */
function refusals({ aio }: Pick<Inside, 'aio'>, most: number): unknown[] {
  const calls: unknown[][] = [
    [],
    [null],
    ['1'],
    [1n],
    [{}],
    [-1],
    [0.5],
    [NaN],
    [Infinity],
    [most + 1],
    [1, null],
    [1, '8'],
    [1, 0],
    [1, 4],
    [1, 12],
    [1, 8.5],
    [1, 2 ** 31],
    [-1, 4],
  ];
  return calls.map((args) => {
    try {
      return aio.alignedBuffer(...(args as [number])).length;
    } catch (error) {
      const { name, code, message } = error as NodeJS.ErrnoException;
      return { name, code, message };
    }
  });
}

describe('alignedBuffer', () => {
  test('gives zeroed memory at a multiple of the alignment, of a page unless given', () => {
    for (const alignment of [8, 512, 1 << 16]) {
      expect(addressOf(alignedBuffer(5, alignment)) % alignment).toBe(0);
    }
    const buffer = alignedBuffer(5);
    expect(addressOf(buffer) % 4096).toBe(0);
    expect(buffer).toEqual(Buffer.alloc(5));
  });

  test('gives a zeroed Buffer of that size and of its own without the addon, too', async () => {
    const { status, stderr, result } = await inChild(
      ({ aio }) => {
        const pages = Array.from({ length: 100 }, () => aio.alignedBuffer(4096));
        const zeroed = pages.every((page) => page.every((byte) => byte === 0) && page.fill(1));
        const sizes = [0, 1, 1 << 20].map((size) => aio.alignedBuffer(size, 512).length);
        const { buffer, byteOffset } = aio.alignedBuffer(100);
        return {
          zeroed: zeroed && pages.every((page) => Buffer.isBuffer(page) && page.length === 4096),
          sizes,
          memory: [buffer.byteLength, byteOffset],
        };
      },
      null,
      noAddon,
    );
    expect({ status, stderr, result }).toEqual({
      status: 0,
      stderr: '',
      result: { zeroed: true, sizes: [0, 1, 1 << 20], memory: [100, 0] },
    });
  });

  test('refuses the same arguments with the same errors without the addon', async () => {
    const most = constants.MAX_LENGTH;
    const expected = refusals({ aio: { alignedBuffer } as Inside['aio'] }, most);
    expect(expected.every((refusal) => typeof refusal === 'object')).toBe(true);
    const { status, result } = await inChild(refusals, most, noAddon);
    expect({ status, result }).toEqual({ status: 0, result: expected });
  });

  test('says that there is not that much memory with or without the addon', async () => {
    const program = ({ aio }: Inside, size: number): unknown => {
      try {
        return aio.alignedBuffer(size).length;
      } catch (error) {
        return { name: (error as Error).name, code: (error as NodeJS.ErrnoException).code };
      }
    };
    for (const env of [{}, noAddon.env]) {
      // What V8 has only reserved does not count there.
      const wrapper = ['prlimit', `--data=${2 ** 31}`];
      const { result } = await inChild(program, 2 ** 32 - 1, { env, wrapper });
      expect(result).toEqual({ name: 'RangeError', code: 'ERR_MEMORY_ALLOCATION_FAILED' });
    }
  });

  test('is written and read with `direct: true` without the addon, too', async () => {
    using folder = new TempFolder();
    const { status, result } = await inChild(
      async ({ aio }, path) => {
        const file = await aio.open(path, 'w+', { direct: true });
        await file.write(aio.alignedBuffer(4096).fill('d'), 0, 4096, 0);
        const { bytesRead, buffer } = await file.read(aio.alignedBuffer(8192), 0, 8192, 0);
        await file.close();
        return [bytesRead, buffer.toString('latin1', 4094, 4098)];
      },
      folder.file('file'),
      noAddon,
    );
    expect({ status, result }).toEqual({ status: 0, result: [4096, 'dd\0\0'] });
  });
});
