import { onlyOptions, type GivenOptions, type OptionName } from '../options/given-options.js';
import type { Presentation } from '../report/presentation.js';
import { chooseDrivers } from './choose-drivers.js';
import type { Driver, Plan } from './plan.js';
import { takeTurns } from './take-turns.js';
import type { Effort, Trial } from './trial.js';

/** A trial as data: what it is called, who can do it, what there is to do, and how it is shown. */
export interface TrialDefinition<Work> {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionName[];
  readonly drivers: readonly Driver<Work>[];
  /** Run with whatever drivers were chosen: what there is without any of them. */
  readonly controls?: readonly Driver<Work>[];
  readonly presentation: Presentation;
  plan(given: GivenOptions, effort: Effort): Plan<Work>;
}

export function defineTrial<Work>(definition: TrialDefinition<Work>): Trial {
  const { name, summary, options, drivers, controls = [], presentation } = definition;
  return {
    name,
    summary,
    options,
    presentation,
    drivers: drivers.map((driver) => driver.name),
    plan(given, effort) {
      const chosen = chooseDrivers(name, drivers, given.drivers);
      const plan = definition.plan(onlyOptions(given, options), effort);
      return (run) => takeTurns(name, plan, [...controls, ...chosen], run);
    },
  };
}
