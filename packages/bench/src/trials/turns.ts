/**
 * The order of turns in a round. Every other one goes backwards, and then they begin with another driver, so that
 * what the machine does meanwhile, and what the turn before left behind, does not meet the same ones each time.
 */
export function turnsOf<Driver>(drivers: readonly Driver[], round: number): readonly Driver[] {
  const first = drivers.length === 0 ? 0 : (round >> 1) % drivers.length;
  const order = [...drivers.slice(first), ...drivers.slice(0, first)];
  return round % 2 === 0 ? order : order.reverse();
}
