/** Reads a number with a unit behind it; NaN where it is none. */
export function parseQuantity(text: string, units: ReadonlyMap<string, number>): number {
  const { number = '', unit = '' } =
    /^(?<number>\d+(?:\.\d+)?)(?<unit>[a-z]*)$/i.exec(text.trim())?.groups ?? {};
  return Number.parseFloat(number) * (units.get(unit.toLowerCase()) ?? Number.NaN);
}
