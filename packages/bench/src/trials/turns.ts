/**
 * The order of turns in a round. Each round starts with another driver, so that what the machine
 * does meanwhile (and what the turn before left behind) meets all alike.
 */
export function turnsOf<Driver>(drivers: readonly Driver[], round: number): readonly Driver[] {
  const first = drivers.length === 0 ? 0 : round % drivers.length;
  return [...drivers.slice(first), ...drivers.slice(0, first)];
}
