/** A file that a run leaves behind. */
export interface Output {
  readonly path: string;
  readonly write: () => void;
}

/** Writes each; one that cannot be written does not keep the others from it. Gives a line for each such one. */
export function writeOutputs(outputs: readonly Output[]): readonly string[] {
  return outputs.flatMap(({ path, write }) => {
    try {
      write();
      return [];
    } catch (error) {
      return [`FAILED: ${path}: ${(error as Error).message}`];
    }
  });
}
