/** A read of a whole file that ended early would look fast. */
export function checkWhole(bytes: number, { byteLength }: NodeJS.ArrayBufferView): void {
  if (bytes === byteLength) return;
  throw new Error(`${bytes} bytes were read in place of ${byteLength}`);
}
