/** Long enough for caches to be warm again soon after each began, and for fio, which knows no less than milliseconds. */
const SLICE_SECONDS = 0.2;

/** In how many slices so long a measurement takes place. */
export function slicesIn(seconds: number): number {
  return Math.max(1, Math.round(seconds / SLICE_SECONDS));
}
