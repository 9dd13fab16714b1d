import { ratioOf, spreadOf, type Spread } from '../../report/spread.js';
import { BASELINE, idle } from './drivers.js';
import type { EvaluationSample } from './workload.js';

/** One sample and where it belongs. */
export interface EvaluationRecord {
  readonly driver: string;
  readonly round: number;
  readonly count: number;
  readonly sample: EvaluationSample;
}

export type Figure = (sample: EvaluationSample) => number;

export const seconds: Figure = (sample) => sample.seconds;
export const cpuSeconds: Figure = (sample) => sample.userSeconds + sample.systemSeconds;
export const readingMicroseconds: Figure = (sample) => sample.readingMicroseconds;
export const threads: Figure = (sample) => sample.threads;
export const physicalMebibytes: Figure = (sample) => sample.physicalBytes / 1024 ** 2;
export const virtualMebibytes: Figure = (sample) => sample.virtualBytes / 1024 ** 2;

/** What one driver did with one number of files, beside what the others did. */
export class EvaluationSamples {
  readonly driver: string;
  readonly #records: readonly EvaluationRecord[];

  constructor(driver: string, records: readonly EvaluationRecord[]) {
    this.driver = driver;
    this.#records = records;
  }

  get isControl(): boolean {
    return this.driver === idle.name;
  }

  spread(figure: Figure): Spread | undefined {
    return spreadOf([...this.#byRound(this.driver, figure).values()]);
  }

  /** Against the baseline, repeat by repeat. */
  ratio(figure: Figure): Spread | undefined {
    return ratioOf(this.#byRound(this.driver, figure), this.#byRound(BASELINE, figure));
  }

  /** Threads beyond those of the control. */
  get threadsAdded(): number | undefined {
    const own = this.spread(threads);
    const floor = spreadOf([...this.#byRound(idle.name, threads).values()]);
    return own === undefined || floor === undefined ? undefined : own.max - floor.min;
  }

  #byRound(driver: string, figure: Figure): ReadonlyMap<number, number> {
    const own = this.#records.filter((record) => record.driver === driver);
    return new Map(own.map(({ round, sample }) => [round, figure(sample)]));
  }
}
