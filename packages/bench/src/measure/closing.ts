interface Closable {
  close(): void | Promise<void>;
}

/** Closes what has been opened at the end of a scope, which a measurement may leave by an error. */
export function closing(...opened: readonly Closable[]): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(opened.map(async (one) => await one.close()));
    },
  };
}
