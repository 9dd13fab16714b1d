import { addressOf } from 'aio-bind';

const known = new WeakMap<ArrayBufferLike, number>();

/**
 * The address of a view's first byte. An ArrayBuffer stays where it is until it is detached, and has
 * no bytes from then on; so each is looked up once.
 */
export function viewAddress(view: ArrayBufferView): number {
  const { buffer, byteOffset } = view;
  let address = known.get(buffer);
  if (address === undefined) {
    address = addressOf(new Uint8Array(buffer));
    known.set(buffer, address);
  }
  return address + byteOffset;
}

/** How many bytes a view has: none once its memory is not there any more. */
export function viewBytes(view: ArrayBufferView): number {
  try {
    return view.byteLength;
  } catch {
    // A DataView of memory that is not there throws; typed arrays have no bytes.
    return 0;
  }
}
