import type { Sample } from '../measure/sample.js';
import type { Running } from '../process/run-job.js';

/** Where the bytes are when a turn begins. */
export type PageCache =
  /** In memory, and held there. */
  | 'locked'
  /** Not in memory. */
  | 'dropped'
  /** It makes no difference (O_DIRECT, new files). */
  | 'any';

export const PURPOSES = ['speed', 'latency', 'system calls'] as const;

/** What a turn is for. */
export interface Turn {
  /** Among all its turns; drivers of one round follow each other at once. */
  readonly round: number;
  /** Reading the clock for each operation costs speed: latencies have a round of their own. */
  readonly purpose: (typeof PURPOSES)[number];
  /** For random numbers: another one in each round, and positive. */
  readonly seed: number;
}

/** One setting in which the drivers are compared. */
export interface Case<Work> {
  /** `4k, iodepth 32`: what tables say of it. */
  readonly name: string;
  /** The place on the axis of a scaling curve. */
  readonly x?: number;
  readonly pageCache: PageCache;
  readonly files: readonly string[];
  /** Whether system calls are counted, where the plan has a round for them. */
  readonly countCalls?: boolean;
  /**
   * In how many slices it is measured for speed, which alternate with those of the other drivers; in one unless given.
   * What goes on between slices (watchers) or cannot be done twice (cold files) is measured in one.
   */
  readonly slices?: number;
  /** Only these drivers can do it; all of them unless given. */
  readonly drivers?: readonly string[];
  work(turn: Turn): Work;
}

/** A way to do the work, in a process of its own. */
export interface Driver<Work> {
  readonly name: string;
  /** Throws a MissingDriver where what it drives is not installed. */
  run(work: Work, signal: AbortSignal): Promise<Sample>;
  /** Prepares the work, to be measured in slices; see {@link Case.slices}. */
  readonly start?: (work: Work, slices: number, signal: AbortSignal) => Promise<Running>;
  /** The system calls of one operation, where they can be counted. */
  readonly countCalls?: (work: Work, signal: AbortSignal) => Promise<number>;
}

/** A driver that can wait for its next slice. */
export type SlicedDriver<Work> = Driver<Work> & Required<Pick<Driver<Work>, 'start'>>;

/** A trial with all its settings. */
export interface Plan<Work> {
  readonly title: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly repeats: number;
  /** Whether there is a round for latencies after the others. */
  readonly latency: boolean;
  /** Whether there is a round in which system calls are counted, after all others. */
  readonly systemCalls?: boolean;
  readonly notes: readonly string[];
  /** Makes the files. */
  setUp(scratch: string): readonly Case<Work>[];
}
