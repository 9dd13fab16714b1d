import type { Distribution } from '../measure/sample.js';
import type { Finding, Findings } from '../trials/findings.js';
import type { Metric } from './metric.js';
import { ratioOf, spreadOf, type Spread } from './spread.js';

type ByRound = ReadonlyMap<number, number>;

/** Asks findings for figures. */
export class Lookup {
  readonly findings: Findings;

  constructor(findings: Findings) {
    this.findings = findings;
  }

  /** The cases that are places on one axis, and so can be compared with each other. */
  get curve(): readonly string[] {
    return this.findings.cases.filter(({ x }) => x !== undefined).map(({ name }) => name);
  }

  spread(driver: string, inCase: string, metric: Metric): Spread | undefined {
    return spreadOf([...this.byRound(driver, inCase, metric).values()]);
  }

  /** Two drivers in one case, round by round. */
  ratio(driver: string, other: string, inCase: string, metric: Metric): Spread | undefined {
    if (driver === other) return undefined;
    return ratioOf(this.byRound(driver, inCase, metric), this.byRound(other, inCase, metric));
  }

  /** A figure's greatest over its least of all cases of the curve, round by round: of those that have all. */
  flatness(driver: string, metric: Metric): Spread | undefined {
    const cases = this.curve.map((name) => this.byRound(driver, name, metric));
    const [first, ...others] = cases;
    if (first === undefined || others.length === 0) return undefined;
    const rounds = [...first.keys()].filter((round) => others.every((it) => it.has(round)));
    return spreadOf(
      rounds.map((round) => {
        const values = cases.map((it) => it.get(round)!);
        return Math.max(...values) / Math.min(...values);
      }),
    );
  }

  byRound(driver: string, inCase: string, metric: Metric): ByRound {
    const wanted = metric.purpose ?? 'speed';
    const values = new Map<number, number>();
    for (const { round, purpose, sample } of this.#of(driver, inCase)) {
      const value = purpose === wanted ? metric.of(sample) : undefined;
      if (value !== undefined) values.set(round, value);
    }
    return values;
  }

  failed(driver: string): boolean {
    return this.findings.failures.some((failure) => failure.driver === driver);
  }

  /** The least and the most of the files that was in memory before or after any turn. */
  resident(driver: string, inCase: string): Spread | undefined {
    const shares = this.#of(driver, inCase).flatMap(({ residency }) => [
      residency?.before,
      residency?.after,
    ]);
    return spreadOf(shares.filter((share) => share !== undefined));
  }

  /** From whichever rounds have it. */
  distributions(driver: string, inCase: string, name: string): readonly Distribution[] {
    return this.#of(driver, inCase).flatMap(({ sample }) => sample.distributions?.[name] ?? []);
  }

  #of(driver: string, inCase: string): readonly Finding[] {
    return this.findings.samples.filter(
      (sample) => sample.driver === driver && sample.case === inCase,
    );
  }
}
