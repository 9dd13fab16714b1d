import { readSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { SEEK_CUR, SEEK_END, SEEK_SET, lseek } from '../src/index.js';
import { outOfRange, refusal, wrong, wrongType } from './support/refusals.js';
import { Pipe, tempFile } from './temp-file.js';

describe('lseek', () => {
  test('moves the position from the start, from where it is, and from the end', () => {
    using file = tempFile(Buffer.from('0123456789'));
    expect(lseek(file.fd, 4, SEEK_SET)).toBe(4);
    expect(lseek(file.fd, -1, SEEK_CUR)).toBe(3);
    expect(lseek(file.fd, -3, SEEK_END)).toBe(7);
    const byte = Buffer.alloc(1);
    readSync(file.fd, byte, 0, 1, null);
    expect(byte.toString()).toBe('7');
    expect(lseek(file.fd, 0, SEEK_CUR)).toBe(8);
  });

  test('takes positions beyond 2^32, and beyond the end', () => {
    using file = tempFile();
    expect(lseek(file.fd, 2 ** 40 + 1, SEEK_SET)).toBe(2 ** 40 + 1);
    expect(file.size).toBe(0);
  });

  test('a pipe has no position', () => {
    using pipe = new Pipe();
    expect(() => lseek(pipe.readEnd.fd, 0, SEEK_CUR)).toThrow(refusal('ESPIPE', 'lseek'));
  });

  test('what is before the start, another whence and a descriptor that is not open are refused', () => {
    using file = tempFile();
    expect(() => lseek(file.fd, -1, SEEK_SET)).toThrow(refusal('EINVAL', 'lseek'));
    expect(() => lseek(file.fd, 0, 99)).toThrow(refusal('EINVAL', 'lseek'));
    expect(() => lseek(-1, 0, SEEK_SET)).toThrow(refusal('EBADF', 'lseek'));
  });

  test('wrong arguments are refused', () => {
    expect(() => lseek(wrong('1'), 0, SEEK_SET)).toThrow(wrongType);
    expect(() => lseek(1, wrong(1n), SEEK_SET)).toThrow(wrongType);
    expect(() => lseek(1, 2 ** 53, SEEK_SET)).toThrow(outOfRange);
    expect(() => lseek(1, 0, 0.5)).toThrow(outOfRange);
  });
});
