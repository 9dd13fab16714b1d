import { expect, it } from 'vitest';
import type { GivenOptions } from '../../src/options/given-options.js';
import { blockCase, blockSettings, settingName } from '../../src/trials/block-plan.js';

const SIZE = 1 << 20;
const OWN = [8, 32].map((depth) => ({ blockSize: 4096, depth, direct: false }));

/** As the names of cases have them: size and depth. */
function chosen(given: GivenOptions, ownDepths?: readonly number[]): readonly string[] {
  const settings = blockSettings(given, OWN, SIZE, ownDepths);
  return settings.map(({ blockSize, depth }) => `${blockSize} ${depth}`);
}

it.each<[GivenOptions, readonly string[]]>([
  [{}, ['4096 8', '4096 32']],
  [{ bs: [65_536] }, ['65536 8', '65536 32']],
  [{ bs: [512, 1024] }, ['512 8', '512 32', '1024 8', '1024 32']],
  [{ iodepth: [1] }, ['4096 1']],
  [{ bs: [512], iodepth: [1, 2] }, ['512 1', '512 2']],
])('a trial that is about depths has its own unless they are given: %j', (given, settings) => {
  expect(chosen(given, [8, 32])).toEqual(settings);
});

it.each<[GivenOptions, readonly string[]]>([
  [{ bs: [512] }, ['512 32']],
  [{ direct: true }, ['4096 32', '4096 128']],
])('any other has those that are compared most: %j', (given, settings) => {
  expect(chosen(given)).toEqual(settings);
});

it('says where memory begins, where that is not with a page, and has it so', () => {
  const setting = { blockSize: 4096, depth: 32, direct: false };
  const common = { path: '/file', size: SIZE, batch: 32, seconds: 1 };
  const turn = { round: 0, seed: 1, purpose: 'speed' } as const;
  expect(settingName(setting)).toBe('4k, iodepth 32');
  expect(blockCase(setting, common).work(turn)).not.toHaveProperty('memoryOffset');
  const askew = { ...setting, memoryOffset: 8 };
  expect(settingName(askew)).toBe('4k, iodepth 32, memory 8 bytes into a page');
  expect(blockCase(askew, common).work(turn)).toHaveProperty('memoryOffset', 8);
});
