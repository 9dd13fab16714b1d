import { expect, it } from 'vitest';
import { busyLine } from '../../src/report/noise.js';
import { machineFacts } from '../../src/report/pages/machine-facts.js';
import { madeSamples } from '../made-samples.js';

const BUSY =
  "the machine was busy: a load average of 1.50 on 2 cores before the start, so figures may be others' doing";

it('a load of more than half of the cores is worth a warning', () => {
  expect(busyLine({ loadBefore: 1 }, { cores: 2 })).toBeUndefined();
  expect(busyLine({ loadBefore: 1.5 }, { cores: 2 })).toBe(BUSY);
});

it('the report says so where it tells the noise', () => {
  const samples = madeSamples();
  const noiseOf = (loadBefore: number): string | undefined =>
    new Map(machineFacts({ ...samples, noise: { ...samples.noise, loadBefore } }, [])).get('noise');
  expect(noiseOf(1.5)).toContain(BUSY);
  expect(noiseOf(0.5)).not.toContain('busy');
});
