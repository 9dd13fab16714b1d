// Where the memory of views is, and how much. What a view says itself can be overridden, by a subclass or on the
// object: what the kernel is let write to must not depend on that, so V8's own getters are asked.
import { addressOf } from 'aio-bind';

type Getter<V> = (view: unknown) => V;

function getterOf(prototype: object, field: 'buffer' | 'byteLength' | 'byteOffset'): unknown {
  const { get } = Object.getOwnPropertyDescriptor(prototype, field) as {
    readonly get: () => unknown;
  };
  return Function.prototype.call.bind(get);
}

const typedArrays = Object.getPrototypeOf(Uint8Array.prototype) as object;
const bufferOfTypedArray = getterOf(typedArrays, 'buffer') as Getter<ArrayBufferLike>;
const offsetOfTypedArray = getterOf(typedArrays, 'byteOffset') as Getter<number>;
const bytesOfTypedArray = getterOf(typedArrays, 'byteLength') as Getter<number>;
const bufferOfDataView = getterOf(DataView.prototype, 'buffer') as Getter<ArrayBufferLike>;
const offsetOfDataView = getterOf(DataView.prototype, 'byteOffset') as Getter<number>;
const bytesOfDataView = getterOf(DataView.prototype, 'byteLength') as Getter<number>;

// Nearly all views are typed arrays: a DataView is told by the TypeError. It throws another where its memory is not
// there any more. (There may be no stack left, which is neither.)

function ifOther(error: unknown): void {
  if (!(error instanceof TypeError)) throw error;
}

function bufferOf(view: ArrayBufferView): ArrayBufferLike {
  try {
    return bufferOfTypedArray(view);
  } catch (error) {
    ifOther(error);
    return bufferOfDataView(view);
  }
}

function offsetOf(view: ArrayBufferView): number {
  try {
    return offsetOfTypedArray(view);
  } catch (error) {
    ifOther(error);
    return viewBytes(view) === 0 ? 0 : offsetOfDataView(view);
  }
}

/** How many bytes a view has: none once its memory is not there any more. */
export function viewBytes(view: ArrayBufferView): number {
  try {
    return bytesOfTypedArray(view);
  } catch (error) {
    ifOther(error);
    try {
      return bytesOfDataView(view);
    } catch (again) {
      ifOther(again);
      return 0;
    }
  }
}

const known = new WeakMap<ArrayBufferLike, number>();

/**
 * The address of a view's first byte. An ArrayBuffer stays where it is until it is detached, and has
 * no bytes from then on; so each is looked up once.
 */
export function viewAddress(view: ArrayBufferView): number {
  const buffer = bufferOf(view);
  let address = known.get(buffer);
  if (address === undefined) {
    address = addressOf(new Uint8Array(buffer));
    known.set(buffer, address);
  }
  return address + offsetOf(view);
}

/** All of a view as bytes. */
export function bytesOf(view: ArrayBufferView): Uint8Array {
  const bytes = viewBytes(view);
  return bytes === 0 ? new Uint8Array() : new Uint8Array(bufferOf(view), offsetOf(view), bytes);
}
