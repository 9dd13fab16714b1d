/** A read of a whole file that ended early would look fast. */
export function checkWhole(bytes: number, buffer: Uint8Array): void {
  if (bytes === buffer.length) return;
  throw new Error(`${bytes} bytes were read in place of ${buffer.length}`);
}
