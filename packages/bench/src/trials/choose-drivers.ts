import { UsageError } from '../options/usage-error.js';

/** Those of a trial's drivers that were asked for, in the trial's order; all of them by default. */
export function chooseDrivers<Driver extends { readonly name: string }>(
  trial: string,
  drivers: readonly Driver[],
  names: readonly string[] | undefined,
): readonly Driver[] {
  if (names === undefined) return drivers;
  const chosen = drivers.filter(({ name }) => names.includes(name));
  if (chosen.length > 0) return chosen;
  const known = drivers.map(({ name }) => name).join(', ');
  throw new UsageError(`${trial} has no driver '${names.join(',')}' (drivers: ${known})`);
}
