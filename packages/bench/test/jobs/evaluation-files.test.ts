import { expect, it } from 'vitest';
import { evaluationSizes } from '../../src/jobs/evaluation/files.js';

it('are 24 files of 1 to 100 KiB, each of another size', () => {
  const sizes = evaluationSizes();
  expect(new Set(sizes).size).toBe(24);
  expect(Math.min(...sizes)).toBe(1024);
  expect(Math.max(...sizes)).toBe(100 * 1024);
});
