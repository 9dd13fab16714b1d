import { createHistogram } from 'node:perf_hooks';
import { expect, it } from 'vitest';
import { recordedValues } from '../../src/measure/recorded-values.js';

it('no value is lost, however many there are', () => {
  for (let count = 1; count <= 400; count++) {
    const histogram = createHistogram();
    const values = Array.from({ length: count }, (_, i) => i + 1);
    for (const value of values) histogram.record(value);
    expect(recordedValues(histogram)).toEqual(values);
  }
});
