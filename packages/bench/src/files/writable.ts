import { accessSync, constants, mkdirSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { UsageError } from '../options/usage-error.js';

/** Makes sure, before a long run, that its outcome can be written. */
export function checkWritable(option: string, path: string): void {
  try {
    accessSync(dirname(path), constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new UsageError(
      `${option} wants a file in a directory that can be written to, not '${path}'`,
      { cause },
    );
  }
}

/** Makes a directory where there is none. */
export function makeDirectory(option: string, path: string): string {
  try {
    mkdirSync(path, { recursive: true });
    accessSync(path, constants.W_OK | constants.X_OK);
    return realpathSync(path);
  } catch (cause) {
    throw new UsageError(`${option} wants a directory that can be written to, not '${path}'`, {
      cause,
    });
  }
}
