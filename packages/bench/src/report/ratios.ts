import { AIO } from '../trials/drivers.js';
import type { Metric } from './metric.js';
import type { ShownTrial } from './shown-trials.js';
import type { Spread } from './spread.js';

/** A driver against another, in one case. */
export interface Ratio {
  readonly trial: string;
  readonly case: string;
  readonly metric: Metric;
  readonly driver: string;
  readonly other: string;
  readonly spread: Spread;
}

/** Whether the same two are compared the other way round already. */
function isTurned(driver: string, other: string, versus: readonly string[]): boolean {
  if (driver === AIO) return false;
  return (
    other === AIO || (versus.includes(driver) && versus.indexOf(driver) < versus.indexOf(other))
  );
}

/** Speed and cost of aio against every other driver, and of each against those it is compared with. */
export function* ratiosOf({ lookup, presentation }: ShownTrial): Generator<Ratio> {
  const { speed, cost, versus, controls = [] } = presentation;
  const { trial, cases } = lookup.findings;
  const drivers = lookup.findings.drivers.filter((driver) => !controls.includes(driver));
  const metrics = cost === undefined ? [speed] : [speed, cost];
  for (const { name } of cases) {
    for (const driver of drivers) {
      for (const other of driver === AIO ? drivers : versus) {
        for (const metric of metrics) {
          const spread = lookup.ratio(driver, other, name, metric);
          if (spread === undefined || isTurned(driver, other, versus)) continue;
          yield { trial, case: name, metric, driver, other, spread };
        }
      }
    }
  }
}
