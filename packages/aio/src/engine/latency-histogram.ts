/** 64 ns: the smallest difference that is told apart. */
const UNIT_NS = 64;
const UNITS_PER_MS = 1e6 / UNIT_NS;
const MAX_UNITS = 2 ** 31 - 1;

/**
 * How long operations took, from call to settlement; of a cached read that is awaited before the next is asked for, the
 * system call alone.
 */
export interface Latency {
  readonly count: number;
  /** 0 where there was none. */
  readonly meanNs: bigint;
  readonly maxNs: bigint;
  /**
   * The time within which a share of the operations settled, too high by a quarter at most.
   *
   * @param percent - above 0, to 100
   */
  percentileNs(percent: number): bigint;
}

/**
 * Counts times in buckets, four to each power of two, so that to count one costs a few nanoseconds
 * (perf_hooks' histogram costs more than a cached read).
 */
export class LatencyHistogram {
  readonly #buckets = new Float64Array(4 * 31);
  #count = 0;
  #totalMs = 0;
  #maxMs = 0;

  /** @param times - how many took so long */
  record(milliseconds: number, times = 1): void {
    const units = Math.min(milliseconds * UNITS_PER_MS, MAX_UNITS) | 0;
    const bucket = bucketOf(units);
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + times;
    this.#count += times;
    this.#totalMs += milliseconds * times;
    if (milliseconds > this.#maxMs) this.#maxMs = milliseconds;
  }

  snapshot(): Latency {
    const buckets = this.#buckets.slice();
    const count = this.#count;
    const maxNs = toNs(this.#maxMs);
    return {
      count,
      meanNs: count === 0 ? 0n : toNs(this.#totalMs / count),
      maxNs,
      percentileNs: (percent) => {
        const wanted = (count * percent) / 100;
        let seen = 0;
        const bucket = buckets.findIndex((inBucket) => (seen += inBucket) >= wanted);
        const upTo = BigInt(endOf(bucket) * UNIT_NS);
        return upTo < maxNs ? upTo : maxNs;
      },
    };
  }
}

function toNs(milliseconds: number): bigint {
  return BigInt(Math.round(milliseconds * 1e6));
}

function bucketOf(units: number): number {
  const power = 31 - Math.clz32(units | 1);
  return power < 2 ? units : 4 * (power - 1) + ((units >>> (power - 2)) & 3);
}

/** The first number of units that is beyond a bucket. */
function endOf(bucket: number): number {
  if (bucket < 4) return bucket + 1;
  return (5 + (bucket & 3)) * 2 ** ((bucket >> 2) - 1);
}
