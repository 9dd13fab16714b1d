/** Latencies and delays, in microseconds. */
export interface Distribution {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  /** The curve: [percentile, microseconds] from the median to the greatest. */
  readonly curve: readonly (readonly [number, number])[];
}

/** What one process measured in one turn. What a driver cannot tell is left out. */
export interface Sample {
  /** Reads, writes, files, rounds: what the trial counts. */
  readonly operations: number;
  /** The time that they took. */
  readonly seconds: number;
  /** CPU time of the process with all its threads (getrusage(2)). */
  readonly userSeconds: number;
  readonly systemSeconds: number;
  /** Of the process, voluntary or not (getrusage(2)). */
  readonly contextSwitches?: number;
  readonly bytes?: number;
  /** At the end of the measurement, with everything still open. */
  readonly threads?: number;
  readonly residentBytes?: number;
  /** The same process before its driver was loaded. */
  readonly idle?: Idle;
  readonly distributions?: Readonly<Record<string, Distribution>>;
  /** What only this trial measures. */
  readonly figures?: Readonly<Record<string, number>>;
}

export interface Idle {
  readonly threads: number;
  readonly residentBytes: number;
}
