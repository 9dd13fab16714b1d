import { stackAddress } from 'aio-bind';

/** In bytes: what V8 wants to compile whatever is called (40 KiB), and what is called takes itself. */
const CLAIM_BYTES = 1 << 16;

/** Words of stack. */
const words = new Array<undefined>(CLAIM_BYTES / 8).fill(undefined);

/** Else everything is Node's. */
const isServed = hasAddon();

/** Whoever is called from there has so much stack, in bytes; and so has who is called from a higher one. */
let proven = Infinity;

function hasAddon(): boolean {
  try {
    return stackAddress() > 0;
  } catch (error) {
    // Not there, or no stack left to ask it.
    return error instanceof RangeError;
  }
}

function takeAll(): void {
  // What was pushed for it was the claim.
}

/**
 * For work that must not end half-way: throws before anything of it has begun, where so little stack is left that any
 * call may throw.
 *
 * It belongs where a program's call comes in: where a promise of ours is rejected and awaited right at the end, Node, too,
 * may have no stack to note either, and ends the process for it.
 *
 * It takes some 50 ns, and some microseconds where the caller is deeper on the stack than any before.
 *
 * @throws RangeError - Maximum call stack size exceeded
 */
export function claimStack(): void {
  if (!isServed) return;
  const address = stackAddress();
  if (address >= proven) return;
  Reflect.apply(takeAll, undefined, words);
  proven = address;
}

/** The same for what gives a promise: a rejected one in place of the error, else null. */
export function stackRefusal(): Promise<never> | null {
  try {
    claimStack();
    return null;
  } catch (error) {
    const reason = error as Error;
    return Promise.reject(reason);
  }
}
