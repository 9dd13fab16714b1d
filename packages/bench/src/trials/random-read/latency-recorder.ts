import { build } from 'hdr-histogram-js';
import type { Latency, RecordLatency } from './workload.js';

const NANOSECONDS = 1e6;

/** Latencies in an HDR histogram: three significant digits, from 1 ns to 100 s. */
export class LatencyRecorder {
  readonly #histogram = build({ highestTrackableValue: 1e11, numberOfSignificantValueDigits: 3 });

  readonly record: RecordLatency = (milliseconds) =>
    this.#histogram.recordValue(Math.max(1, Math.round(milliseconds * NANOSECONDS)));

  get percentiles(): Latency {
    const microseconds = (percentile: number): number =>
      this.#histogram.getValueAtPercentile(percentile) / 1e3;
    return { p50: microseconds(50), p99: microseconds(99), p999: microseconds(99.9) };
  }
}
