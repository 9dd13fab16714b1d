/** How many bytes a range can have. */
export const MAX_LENGTH: number = 2 ** 31 - 1;

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Where in a file a range of so many bytes can begin. */
export function furthestPosition(length: number): number {
  return Number.MAX_SAFE_INTEGER - length;
}
