import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EvaluationFile } from './work.js';

const COUNT = 24;
const SMALLEST = 1 * 1024;
const LARGEST = 100 * 1024;
// Coprime to COUNT: goes through all sizes, and any first few are mixed ones.
const STRIDE = 7;
const FIRST = 11;

/** Sizes from 1 to 100 KiB in even steps, in an order that mixes small and large. */
export function evaluationSizes(): readonly number[] {
  const step = (LARGEST - SMALLEST) / (COUNT - 1);
  return Array.from({ length: COUNT }, (_, i) =>
    Math.round(SMALLEST + step * ((FIRST + STRIDE * i) % COUNT)),
  );
}

export function makeEvaluationFiles(directory: string): readonly EvaluationFile[] {
  return evaluationSizes().map((size, i) => {
    const path = join(directory, `evaluation-${i}`);
    const content = randomBytes(size);
    writeFileSync(path, content, { flag: 'wx', flush: true });
    return { path, size, sha256: createHash('sha256').update(content).digest('hex') };
  });
}
