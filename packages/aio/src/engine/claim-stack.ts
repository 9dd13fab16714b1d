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
  } catch {
    return false;
  }
}

function takeAll(): void {
  // What was pushed for it was the claim.
}

/**
 * For work that must not end half-way: throws before anything of it has begun, where so little stack is left that any
 * call may throw. It is for who is called first: a promise that is rejected for want of stack, and awaited there, ends the
 * process, since Node has no stack to note that it is.
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
