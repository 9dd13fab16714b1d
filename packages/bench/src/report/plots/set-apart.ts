/**
 * Moves places on a line (0 to 1) as little apart as needed for a distance between all of them,
 * in their order; they stay within the line where there is room.
 */
export function setApart(places: readonly number[], distance: number): readonly number[] {
  const order = places.map((place, i) => ({ place, i })).sort((a, b) => a.place - b.place);
  const moved = [...places];
  let least = -Infinity;
  for (const { place, i } of order) {
    moved[i] = Math.max(place, least);
    least = moved[i] + distance;
  }
  let most = 1;
  for (const { i } of order.reverse()) {
    moved[i] = Math.min(moved[i]!, most);
    most = moved[i] - distance;
  }
  return moved;
}
