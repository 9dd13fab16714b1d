import { invalidType, stateError } from '../argument-errors.js';
import { viewBytes } from '../engine/addresses.js';

/** @throws TypeError - it is not memory that the kernel can be given */
export function checkView(name: string, value: unknown): asserts value is NodeJS.ArrayBufferView {
  if (!ArrayBuffer.isView(value)) {
    throw invalidType(name, 'a Buffer, TypedArray or DataView', value);
  }
}

/**
 * An ArrayBuffer has no bytes once it is detached, and may have less once it is resized, while the
 * address that was noted points to what is somebody else's by then.
 *
 * @returns what is wrong; null where the bytes are still there
 */
export function shrinkage(name: string, view: NodeJS.ArrayBufferView, bytes: number): Error | null {
  const left = viewBytes(view);
  if (left >= bytes) return null;
  return stateError(
    'ERR_INVALID_STATE',
    `The memory of "${name}" has been transferred or has shrunk: the operation was set for ${bytes} ` +
      `bytes of it, and there are ${left}. Set it again`,
  );
}
