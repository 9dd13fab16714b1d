/** What was given on the command line; each trial has defaults of its own for the rest. */
export interface GivenOptions {
  readonly bs?: readonly number[];
  readonly iodepth?: readonly number[];
  readonly iodepthBatch?: number;
  readonly size?: number;
  readonly direct?: boolean;
  readonly rounds?: number;
  readonly runtime?: number;
  readonly repeats?: number;
  readonly drivers?: readonly string[];
}

export type OptionName = keyof GivenOptions;

/** Those of the options that mean something to a trial; what was typed for another is none of its business. */
export function onlyOptions(given: GivenOptions, names: readonly OptionName[]): GivenOptions {
  return Object.fromEntries(
    Object.entries(given).filter(([name]) => names.includes(name as OptionName)),
  );
}

/** An option as it is typed: `iodepthBatch` is `--iodepth-batch`. */
export function optionFlag(name: OptionName): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
