/** Neither light nor dark, so that each stands out on white and on black. */
const COLOURS = [
  ...['#2f7de1', '#f0730f', '#10a37f', '#e5484d', '#a855f7', '#c79200'],
  ...['#0aa2c0', '#d6409f', '#8d6e4a', '#65a30d', '#6366f1', '#ef6a9a'],
];
const CONTROL = '#8b949e';

export type DriverColours = (driver: string) => string;

/** A colour for each driver, the same in all plots; the control is grey. */
export function driverColours(
  drivers: readonly string[],
  controls: ReadonlySet<string>,
): DriverColours {
  const competing = [...new Set(drivers)].filter((driver) => !controls.has(driver));
  return (driver) => COLOURS[competing.indexOf(driver) % COLOURS.length] ?? CONTROL;
}
