interface Memory {
  readonly buffer: ArrayBuffer;
  /** Detaches `buffer`, and gives another. */
  grow(pages: number): number;
}

/** WebAssembly.Memory; @types/node has no types for it. */
export const { Memory: WasmMemory } = (
  globalThis as unknown as {
    WebAssembly: { Memory: new (descriptor: { initial: number }) => Memory };
  }
).WebAssembly;
