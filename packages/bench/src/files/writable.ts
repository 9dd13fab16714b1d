import {
  accessSync,
  closeSync,
  constants,
  mkdirSync,
  openSync,
  realpathSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { UsageError } from '../options/usage-error.js';

/** Opens a file to write to it, and leaves all as it was; throws where that cannot be done. */
function tryToOpen(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFIFO() === true) {
    // To open it would be to wait for whoever reads it, and to close it again the end of what they read.
    accessSync(path, constants.W_OK);
    return;
  }
  closeSync(openSync(path, 'a'));
  // By its own name: a link may have led to where nothing was.
  if (found === undefined) unlinkSync(realpathSync(path));
}

/** Makes sure, before a long run, that its outcome can be written. */
export function checkWritable(option: string, path: string): void {
  try {
    tryToOpen(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new UsageError(
      `${option} wants a file that can be written to, not '${path}' (${code ?? 'unknown'})`,
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
