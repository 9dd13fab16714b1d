import { describe, expect, it } from 'vitest';
import { EachBlockOnce, RandomBlocks } from '../../src/jobs/blocks/random-blocks.js';

function draw(seed: number, blocks: number, count: number): readonly number[] {
  const random = new RandomBlocks(seed, blocks);
  return Array.from({ length: count }, () => random.next());
}

describe('RandomBlocks', () => {
  it.each([1, 2, 7, 64, 1000])('reaches each of %d blocks, about equally often', (blocks) => {
    const mean = 200;
    const counts = new Map<number, number>();
    for (const block of draw(42, blocks, blocks * mean)) {
      counts.set(block, (counts.get(block) ?? 0) + 1);
    }
    expect([...counts.keys()].every((block) => block >= 0 && block < blocks)).toBe(true);
    expect(counts.size).toBe(blocks);
    expect(Math.min(...counts.values())).toBeGreaterThan(mean / 2);
    expect(Math.max(...counts.values())).toBeLessThan(mean * 2);
  });

  it('gives the same numbers for the same seed, and others for another', () => {
    expect(draw(1, 1000, 20)).toEqual(draw(1, 1000, 20));
    expect(draw(1, 1000, 20)).not.toEqual(draw(2, 1000, 20));
  });

  it('does not get stuck on seed 0', () => {
    expect(new Set(draw(0, 1000, 20)).size).toBeGreaterThan(10);
  });
});

describe('EachBlockOnce', () => {
  it.each([1, 2, 7, 64, 1000, 131_072])('takes each of %d blocks before any again', (blocks) => {
    const order = new EachBlockOnce(0x9e3779b1 >>> 1, blocks);
    const seen = new Set(Array.from({ length: blocks }, () => order.next()));
    expect(seen.size).toBe(blocks);
    expect([...seen].every((block) => block >= 0 && block < blocks)).toBe(true);
  });

  it('does not take neighbours after each other', () => {
    const order = new EachBlockOnce(1, 1000);
    const blocks = Array.from({ length: 100 }, () => order.next());
    const steps = blocks.slice(1).map((block, i) => Math.abs(block - (blocks[i] ?? 0)));
    expect(Math.min(...steps)).toBeGreaterThan(100);
  });
});
