import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Scratch } from '../../src/files/scratch.js';
import { UsageError } from '../../src/options/usage-error.js';
import { readSamples } from '../../src/samples/read-samples.js';
import { SCHEMA, type Samples } from '../../src/samples/samples.js';
import { PURPOSES } from '../../src/trials/plan.js';
import { madeFindings, madeSamples } from '../made-samples.js';

const SAMPLES = madeSamples(madeFindings('random-read', { '4k, iodepth 32': { aio: [1, 2] } }));

function readBack(content: string): Samples {
  using scratch = new Scratch(tmpdir());
  const path = join(scratch.path, 'samples.json');
  writeFileSync(path, content);
  return readSamples(path);
}

describe('readSamples', () => {
  it('gives what was written', () => {
    expect(readBack(JSON.stringify(SAMPLES))).toEqual(SAMPLES);
  });

  it.each(PURPOSES)('takes turns for %s', (purpose) => {
    const findings = madeFindings('random-read', { '4k, iodepth 32': { aio: [1] } });
    const samples = madeSamples({
      ...findings,
      samples: findings.samples.map((finding) => ({ ...finding, purpose })),
    });
    expect(readBack(JSON.stringify(samples))).toEqual(samples);
  });

  it.each([
    ['no JSON', '{', /samples\.json holds no JSON: /],
    ['another kind of file', '[1]', /has no "schema": it is no file of samples, or older/],
    ['an older file', '{"machine":{},"trials":[]}', /or older than those; measure again$/],
    [
      'a newer file',
      JSON.stringify({ ...SAMPLES, schema: SCHEMA + 1 }),
      new RegExp(`has schema ${SCHEMA + 1}, and this bench reads ${SCHEMA}: .* the newer bench`),
    ],
    [
      'a damaged file',
      JSON.stringify(SAMPLES).replace('"round":1', '"round":null'),
      /is not what a run writes: trials\.0\.samples\.1\.round: .*received null/,
    ],
  ])('refuses %s, and says why', (_, content, message) => {
    expect(() => readBack(content)).toThrow(UsageError);
    expect(() => readBack(content)).toThrow(message);
  });

  it('says how to make a file that is not there', () => {
    expect(() => readSamples('/nonexistent.json')).toThrow(
      "/nonexistent.json cannot be read (ENOENT): 'bench --full' or '--json' write such files",
    );
  });
});
