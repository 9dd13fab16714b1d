import { truncateSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AioFileHandle, open } from '../src/index.js';
import { writeNumbered } from './support/page-cache.js';
import { TempFolder } from './support/temp-folder.js';

const FILE_BYTES = 1_000_003;

let folder: TempFolder;
let contents: Buffer;
let handle: AioFileHandle;
beforeAll(() => {
  folder = new TempFolder();
});
beforeEach(async () => {
  contents = writeNumbered(folder.file('file'), FILE_BYTES);
  handle = await open(folder.file('file'), 'r');
  return () => handle.close();
});
afterAll(() => folder[Symbol.dispose]());

describe('a slice of a file', () => {
  test.for([
    [undefined, undefined],
    [0, 10],
    [10, 10],
    [20, 10],
    [-5, undefined],
    [-10, -5],
    [-1e9, 3],
    [5, 1e9],
  ])('from %s to %s is what a Blob has there', async ([start, end]) => {
    const slice = handle.slice(start, end);
    const expected = new Blob([contents]).slice(start, end);
    expect(slice.size).toBe(expected.size);
    expect(slice.type).toBe('');
    const bytes = Buffer.from(await expected.arrayBuffer());
    expect(Buffer.from(await slice.arrayBuffer()).equals(bytes)).toBe(true);
    expect(Buffer.from(await slice.bytes()).equals(bytes)).toBe(true);
  });

  test('is sliced again', async () => {
    expect(Buffer.from(await handle.slice(100, 200).slice(10, -10).bytes())).toEqual(
      contents.subarray(110, 190),
    );
  });

  test('is text', async () => {
    expect(await handle.slice(0, 40).text()).toBe(contents.subarray(0, 40).toString());
  });

  test('streams its bytes in order', async () => {
    const whole = await new Response(handle.slice(3).stream()).arrayBuffer();
    expect(Buffer.from(whole).equals(contents.subarray(3))).toBe(true);
  });

  test('streams into buffers of the reader', async () => {
    const reader = handle.slice(0, 100_000).stream().getReader({ mode: 'byob' });
    const pieces: Uint8Array[] = [];
    for (;;) {
      const { done, value } = await reader.read(new Uint8Array(3000));
      if (done) break;
      pieces.push(value);
    }
    expect(Buffer.concat(pieces).equals(contents.subarray(0, 100_000))).toBe(true);
  });

  test('of nothing streams nothing', async () => {
    const reader = handle.slice(5, 5).stream().getReader();
    expect(await reader.read()).toEqual({ done: true, value: undefined });
  });

  test('can be cancelled', async () => {
    const reader = handle.slice().stream().getReader();
    expect((await reader.read()).value).toHaveLength(65_536);
    await reader.cancel();
    expect((await reader.read()).done).toBe(true);
  });

  test('whose file was cut off is not readable', async () => {
    const slice = handle.slice(0, 500_000);
    truncateSync(folder.file('file'), 400_000);
    await expect(slice.arrayBuffer()).rejects.toMatchObject({ name: 'NotReadableError' });
    await expect(new Response(slice.stream()).arrayBuffer()).rejects.toMatchObject({
      name: 'NotReadableError',
    });
  });

  test('refuses what is no number', () => {
    expect(() => handle.slice('1' as never)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
    );
  });

  test('of a closed handle is refused', async () => {
    await handle.close();
    expect(() => handle.slice()).toThrow();
  });
});
