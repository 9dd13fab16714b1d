import { type Latency, LatencyHistogram } from './latency-histogram.js';

/** What an engine has done so far, and what it is doing. */
export interface EngineStats {
  /** Attempts that the kernel or submit threads took; an operation may need several. */
  readonly submitted: number;
  /** Operations that have settled, well or not. */
  readonly completed: number;
  /** Operations that the kernel or submit threads have now. */
  readonly inFlight: number;
  /** Operations that wait to be submitted now. */
  readonly queued: number;
  /** Batches that the event loop submitted: by one io_submit(2), or, of what is not in memory, by several. */
  readonly batches: number;
  /** Attempts that had ended when io_submit(2) or preadv2(2) returned. */
  readonly inLine: number;
  /** Attempts that went to submit threads. */
  readonly offloaded: number;
  /** Threads there are now beside the event loop's. */
  readonly threads: number;
  /** Of operations that have settled. */
  readonly latency: Latency;
}

export class Counters {
  submitted = 0;
  completed = 0;
  batches = 0;
  inLine = 0;
  offloaded = 0;
  readonly latency: LatencyHistogram = new LatencyHistogram();
}
