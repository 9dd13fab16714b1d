import { createRequire } from 'node:module';
import type { Distribution } from './sample.js';

const load = createRequire(import.meta.url);

/** It takes longer to load than all else in a child, and most of them take no latencies. */
function histograms(): typeof import('hdr-histogram-js') {
  return load('hdr-histogram-js') as typeof import('hdr-histogram-js');
}

const NANOSECONDS = 1e6;
const CURVE = [0, 10, 25, 50, 75, 90, 95, 97.5, 99, 99.5, 99.9, 99.95, 99.99, 100];

function nanoseconds(milliseconds: number): number {
  return Math.max(1, Math.round(milliseconds * NANOSECONDS));
}

/** Latencies in an HDR histogram: three significant digits, from 1 ns to 100 s. */
export class Recorder {
  readonly #histogram = histograms().build({
    highestTrackableValue: 1e11,
    numberOfSignificantValueDigits: 3,
    useWebAssembly: false,
  });

  readonly record = (milliseconds: number): void =>
    this.#histogram.recordValue(nanoseconds(milliseconds));

  /**
   * Of somebody who would have come again and again meanwhile, and did not, since they waited for this: those who
   * would have come later waited for as much less.
   *
   * @param interval - how long they would have been apart
   */
  recordAll(milliseconds: number, interval: number): void {
    this.#histogram.recordValueWithExpectedInterval(
      nanoseconds(milliseconds),
      nanoseconds(interval),
    );
  }

  /** What so many milliseconds of each had to be does not count. */
  beyond(milliseconds: number): Distribution {
    const { count, p50, p99, p999, max, curve } = this.distribution;
    const less = (microseconds: number): number => microseconds - milliseconds * 1e3;
    return {
      count,
      ...{ p50: less(p50), p99: less(p99), p999: less(p999), max: less(max) },
      curve: curve.map(([percentile, microseconds]) => [percentile, less(microseconds)] as const),
    };
  }

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
