// Random reads and writes of a file or device, many at once, beside a model of its bytes.
import type { FileHandle } from 'node:fs/promises';
import fc from 'fast-check';
import { expect } from 'vitest';
import { alignedBuffer } from '../../src/index.js';

const STRIPES = 8;
const STRIPE = 1 << 17;
/** How many bytes are read and written. */
export const AREA: number = STRIPES * STRIPE;

interface Access {
  readonly kind: 'read' | 'write';
  readonly at: number;
  readonly bytes: number;
  readonly memoryOffset: number;
  readonly value: number;
}

/** Near what devices and pages are multiples of, more often than elsewhere. */
const place = fc.oneof(
  fc.nat({ max: STRIPE / 2 }),
  fc
    .tuple(fc.constantFrom(512, 4096), fc.nat({ max: 15 }), fc.constantFrom(-1, 0, 0, 0, 1))
    .map(([unit, times, beside]) => Math.max(unit * times + beside, 0)),
);

const access: fc.Arbitrary<Access> = fc.record({
  kind: fc.constantFrom('read', 'write'),
  at: place,
  bytes: place,
  memoryOffset: fc.constantFrom(0, 0, 1, 512),
  value: fc.nat({ max: 255 }),
});

/** Rounds of accesses, those of a round all at once, each in a stripe of its own. */
export const accessRounds: fc.Arbitrary<readonly (readonly Access[])[]> = fc.array(
  fc.array(access, { minLength: STRIPES, maxLength: STRIPES }),
  { minLength: 1, maxLength: 6 },
);

async function carryOut(
  handle: FileHandle,
  model: Buffer,
  stripe: number,
  one: Access,
): Promise<void> {
  const { kind, at, bytes, memoryOffset, value } = one;
  const position = stripe * STRIPE + at;
  const memory = alignedBuffer(memoryOffset + bytes).subarray(memoryOffset);
  const place = model.subarray(position, position + bytes);
  if (kind === 'write') {
    memory.fill(value);
    place.fill(value);
    const { bytesWritten } = await handle.write(memory, 0, bytes, position);
    expect(bytesWritten).toBe(bytes);
    return;
  }
  const { bytesRead } = await handle.read(memory, 0, bytes, position);
  expect(bytesRead).toBe(bytes);
  expect(memory.equals(place)).toBe(true);
}

/** @param model - what is there, and will be */
export async function accessInRounds(
  handle: FileHandle,
  model: Buffer,
  rounds: readonly (readonly Access[])[],
): Promise<void> {
  for (const round of rounds) {
    await Promise.all(round.map((one, stripe) => carryOut(handle, model, stripe, one)));
  }
}
