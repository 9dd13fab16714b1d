import { ratioOf, spreadOf, type Spread } from '../../report/spread.js';
import type { RandomReadRecord } from './take-turns.js';
import type { Latency, RandomReadSample } from './workload.js';

export type Figure = (sample: RandomReadSample) => number;

export const thousandsPerSecond: Figure = ({ reads, seconds }) => reads / seconds / 1e3;
export const cpuMicroseconds: Figure = ({ reads, userSeconds, systemSeconds }) =>
  ((userSeconds + systemSeconds) / reads) * 1e6;

/** What one driver did at one depth, beside what the others did. */
export class RandomReadSamples {
  readonly driver: string;
  readonly #records: readonly RandomReadRecord[];

  constructor(driver: string, records: readonly RandomReadRecord[]) {
    this.driver = driver;
    this.#records = records;
  }

  spread(figure: Figure): Spread | undefined {
    return spreadOf([...this.#byRound(this.driver, figure).values()]);
  }

  ratioTo(other: string, figure: Figure): Spread | undefined {
    if (other === this.driver) return undefined;
    return ratioOf(this.#byRound(this.driver, figure), this.#byRound(other, figure));
  }

  get latency(): Latency | undefined {
    return this.#own.find(({ purpose }) => purpose === 'latency')?.sample.latency;
  }

  /** The least share of the file that was in memory before or after any round. */
  get leastResident(): number | undefined {
    const shares = this.#own.flatMap(({ residency }) => [residency?.before, residency?.after]);
    return spreadOf(shares.filter((share) => share !== undefined))?.min;
  }

  get #own(): readonly RandomReadRecord[] {
    return this.#records.filter(({ driver }) => driver === this.driver);
  }

  #byRound(driver: string, figure: Figure): ReadonlyMap<number, number> {
    const rounds = this.#records.filter(
      (record) => record.driver === driver && record.purpose === 'speed',
    );
    return new Map(rounds.map(({ round, sample }) => [round, figure(sample)]));
  }
}
