import { vi } from 'vitest';

/** Waits until a claim holds, looking at it often; fails as it does if that takes too long. */
export const eventually = (claim: () => void): Promise<void> =>
  vi.waitFor(claim, { timeout: 15_000, interval: 1 });
