/** First one from the one end, then one from the other: between neighbours every distance comes up. */
function zigzag(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) =>
    i % 2 === 1 ? (i + 1) / 2 : (count - i / 2) % count,
  );
}

/**
 * The order of turns in a round: a row of a Williams design. After as many rounds as there are drivers (twice as many
 * where their number is odd) each has followed each other one equally often, and had each place equally often, so that
 * what the machine does meanwhile, and what the turn before left behind, does not meet the same ones each time.
 */
export function turnsOf<Driver>(drivers: readonly Driver[], round: number): readonly Driver[] {
  const count = drivers.length;
  const order = zigzag(count).map((place) => drivers[(place + round) % count]!);
  return count % 2 === 1 && round % 2 === 1 ? order.reverse() : order;
}
