import { createRequire } from 'node:module';
import type { Distribution } from './sample.js';

const load = createRequire(import.meta.url);

/** It takes longer to load than all else in a child, and most of them take no latencies. */
function histograms(): typeof import('hdr-histogram-js') {
  return load('hdr-histogram-js') as typeof import('hdr-histogram-js');
}

const NANOSECONDS = 1e6;
const CURVE = [0, 10, 25, 50, 75, 90, 95, 97.5, 99, 99.5, 99.9, 99.95, 99.99, 100];

/** Latencies in an HDR histogram: three significant digits, from 1 ns to 100 s. */
export class Recorder {
  readonly #histogram = histograms().build({
    highestTrackableValue: 1e11,
    numberOfSignificantValueDigits: 3,
    useWebAssembly: false,
  });

  readonly record = (milliseconds: number): void =>
    this.#histogram.recordValue(Math.max(1, Math.round(milliseconds * NANOSECONDS)));

  get distribution(): Distribution {
    const at = (percentile: number): number =>
      this.#histogram.getValueAtPercentile(percentile) / 1e3;
    return {
      count: this.#histogram.totalCount,
      p50: at(50),
      p99: at(99),
      p999: at(99.9),
      max: at(100),
      curve: CURVE.map((percentile) => [percentile, at(percentile)] as const),
    };
  }
}
