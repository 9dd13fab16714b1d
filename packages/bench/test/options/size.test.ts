import { describe, expect, it } from 'vitest';
import { formatSize, parseSize, parseSizes } from '../../src/options/size.js';

describe('parseSize', () => {
  it.each([
    ['1', 1],
    ['4096', 4096],
    ['4k', 4096],
    ['4K', 4096],
    ['4kb', 4096],
    ['4KiB', 4096],
    ['1.5k', 1536],
    ['256m', 256 * 1024 ** 2],
    [' 2g ', 2 * 1024 ** 3],
  ])('reads %j as %d bytes', (text, bytes) => {
    expect(parseSize('--bs', text)).toBe(bytes);
  });

  it.each(['', '0', '-1', 'k', '4x', '4 k', '1e3', '0.3', '1.0001k'])('refuses %j', (text) => {
    expect(() => parseSize('--bs', text)).toThrow(
      `--bs wants a size such as 4096, 4k or 256m, not '${text}'`,
    );
  });
});

describe('parseSizes', () => {
  it('reads sizes between commas', () => {
    expect(parseSizes('--bs', '4k,64k')).toEqual([4096, 65_536]);
  });

  it.each(['4k,4k', '4k,64k,4096'])('refuses %j, which has one twice', (text) => {
    expect(() => parseSizes('--bs', text)).toThrow(`--bs wants each value once, not '${text}'`);
  });
});

describe('formatSize', () => {
  it.each([
    [1, '1'],
    [1000, '1000'],
    [4096, '4k'],
    [1024 ** 2, '1m'],
    [3 * 1024 ** 3, '3g'],
  ])('writes %d as %j', (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
    expect(parseSize('--size', text)).toBe(bytes);
  });
});
