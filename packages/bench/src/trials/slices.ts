const SLICE_SECONDS = 0.1;

/** In how many slices so long a measurement takes place: long enough for caches to be warm again soon after each began. */
export function slicesIn(seconds: number): number {
  return Math.max(1, Math.round(seconds / SLICE_SECONDS));
}
