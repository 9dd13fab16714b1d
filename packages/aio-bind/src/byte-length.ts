// What an object says of its own size can be overridden, by a subclass or on the object itself. What the
// kernel is let write to must not depend on that.

function getterOf(prototype: object): (memory: unknown) => number {
  const { get } = Object.getOwnPropertyDescriptor(prototype, 'byteLength') as {
    readonly get: () => number;
  };
  return Function.prototype.call.bind(get) as (memory: unknown) => number;
}

const ofTypedArray = getterOf(Object.getPrototypeOf(Uint8Array.prototype) as object);
const ofDataView = getterOf(DataView.prototype);
const ofArrayBuffer = getterOf(ArrayBuffer.prototype);

/** Undefined for what is of another kind. */
function tried(get: (memory: unknown) => number, memory: unknown): number | undefined {
  try {
    return get(memory);
  } catch {
    return undefined;
  }
}

/** How many bytes a view or an ArrayBuffer has, whatever it says itself; 0 where its memory is gone. */
export function byteLengthOf(memory: ArrayBufferView | ArrayBuffer): number {
  // Typed arrays first: nearly all are, and to throw takes long.
  return (
    tried(ofTypedArray, memory) ?? tried(ofDataView, memory) ?? tried(ofArrayBuffer, memory) ?? 0
  );
}
