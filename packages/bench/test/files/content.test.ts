import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contentMatches, fillContent, makeContentFile } from '../../src/files/content.js';
import { Scratch } from '../../src/files/scratch.js';

function blockAt(offset: number): Uint8Array {
  const block = new Uint8Array(512);
  fillContent(block, offset);
  return block;
}

describe('contentMatches', () => {
  it.each([0, 512, 4096, 2 ** 31, 2 ** 33 + 512])('knows the block at %d', (offset) => {
    expect(contentMatches(blockAt(offset), offset)).toBe(true);
  });

  it.each([
    [0, 512],
    [512, 0],
    [4096, 4608],
    [2 ** 31, 2 ** 30],
  ])('tells the block at %d from that at %d', (offset, other) => {
    expect(contentMatches(blockAt(offset), other)).toBe(false);
  });

  it.each([0, 1, 255, 511])('sees that byte %d is wrong', (index) => {
    const block = blockAt(8192);
    block[index] = (block[index] ?? 0) ^ 1;
    expect(contentMatches(block, 8192)).toBe(false);
  });
});

describe('makeContentFile', () => {
  it.each([512, 4096, 1024 ** 2, 1024 ** 2 + 4096])('makes a file of %d bytes', (size) => {
    using scratch = new Scratch(tmpdir());
    const path = join(scratch.path, 'file');
    makeContentFile(path, size);
    const content = Uint8Array.from(readFileSync(path));
    expect(content).toHaveLength(size);
    expect(contentMatches(content, 0)).toBe(true);
  });

  it('writes in pieces of whatever length', () => {
    using scratch = new Scratch(tmpdir());
    const path = join(scratch.path, 'file');
    makeContentFile(path, 10_000, 4096, 4096);
    const content = Uint8Array.from(readFileSync(path));
    expect(content).toHaveLength(10_000);
    expect(contentMatches(content, 4096)).toBe(true);
  });
});
