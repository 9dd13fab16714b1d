import { MAX_U64, invalidType, toBigInt } from './argument-errors.js';
import type { NativeId } from './native.js';

let serialOf: (ctx: aio_context_t) => NativeId;
let fill: (ctx: aio_context_t, serial: NativeId, value: bigint) => void;

/**
 * The variable that holds a context, as C's `aio_context_t ctx = 0;`.
 *
 * A context belongs to the environment (main thread or worker) that set it up. It is not freed when
 * this object is collected: only {@link io_destroy}, or the end of the environment, ends it.
 *
 * @see io_setup(2)
 */
export class aio_context_t {
  #serial: NativeId = 0;
  #value: bigint;

  /** @param value - 0 for a variable that {@link io_setup} is to fill */
  constructor(value: bigint | number = 0n) {
    this.#value = toBigInt('value', value, 0n, MAX_U64);
  }

  /** What the kernel calls the context: the address of its ring; 0 before it is set up. */
  get value(): bigint {
    return this.#value;
  }

  static {
    serialOf = (ctx) => ctx.#serial;
    fill = (ctx, serial, value) => {
      ctx.#serial = serial;
      ctx.#value = value;
    };
  }
}

/** What the addon knows a context by; 0 for one that was never set up here. */
export function contextSerial(ctx: aio_context_t): NativeId {
  if (!(ctx instanceof aio_context_t)) throw invalidType('ctx', 'an aio_context_t', ctx);
  return serialOf(ctx);
}

/** io_setup has made a context for this variable. */
export function fillContext(ctx: aio_context_t, serial: NativeId, value: bigint): void {
  fill(ctx, serial, value);
}
