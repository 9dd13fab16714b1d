import { constants } from 'node:buffer';
import { types } from 'node:util';
import { markAsUntransferable } from 'node:worker_threads';
import { checkInteger, invalidType, outOfRange } from './argument-errors.js';
import { native } from './native.js';

/** V8's own memory, which is freed by no thread but the last that has it. No message takes it away while it is in flight. */
function allocate(bytes: number): ArrayBuffer {
  try {
    const memory = new ArrayBuffer(bytes);
    markAsUntransferable(memory);
    return memory;
  } catch (cause) {
    throw Object.assign(new RangeError(`cannot allocate ${bytes} bytes of memory`, { cause }), {
      code: 'ERR_MEMORY_ALLOCATION_FAILED',
    });
  }
}

/**
 * Allocates zeroed memory at an address that is a multiple of `alignment`, as direct I/O
 * (`O_DIRECT`) needs. It is freed when the last view of it has been collected. With some processors the kernel also
 * copies twice as fast to memory that begins with a page as to what begins 8 or 16 bytes behind it.
 *
 * It lies somewhere in an ArrayBuffer that is `alignment` - 1 bytes longer: `buffer` is more than what was asked for, and
 * `byteOffset` is hardly ever 0.
 *
 * @param size - in bytes, 0 to `buffer.constants.MAX_LENGTH`
 * @param alignment - in bytes: a power of two from 8 to 2^30; 4096 suits every common device
 * @throws ERR_MEMORY_ALLOCATION_FAILED - there is not that much memory
 * @see open(2), section O_DIRECT
 */
export function allocAligned(size: number, alignment = 4096): Buffer {
  checkInteger('size', size, 0, constants.MAX_LENGTH);
  checkInteger('alignment', alignment, 8, 2 ** 30);
  if ((alignment & (alignment - 1)) !== 0)
    throw outOfRange('alignment', 'a power of two', alignment);
  const memory = allocate(size + alignment - 1);
  // Not by &, which is for 32 bits.
  const beyond = native.addressOf(memory) % alignment;
  return Buffer.from(memory, beyond === 0 ? 0 : alignment - beyond, size);
}

/**
 * The address of the first byte of a view's memory, as C's `&buffer[0]`. It is a `number` since no
 * address that Linux hands out unasked is beyond 2^53.
 *
 * The address alone keeps nothing alive: what the kernel is given by it must be kept by
 * {@link IocbSlab.keep}, or by the caller, until the event.
 *
 * @throws TypeError - `view` is neither a view nor an ArrayBuffer
 */
export function addressOf(view: ArrayBufferView | ArrayBuffer): number {
  if (!ArrayBuffer.isView(view) && !types.isArrayBuffer(view)) {
    throw invalidType('view', 'an ArrayBufferView or an ArrayBuffer', view);
  }
  return native.addressOf(view);
}

/**
 * How far down the stack of the calling thread reaches by now: an address in bytes, of which the difference to that of
 * another call says how much stack lies between the two. It grows downwards, so the deeper call has the lower address.
 *
 * For code that must not end half-way for want of stack, of which JavaScript only learns when there is none: V8 throws a
 * RangeError at whatever call is then too many, and at any that it has to compile first, for which it wants 40 KiB.
 */
export function stackAddress(): number {
  return native.stackAddress();
}
