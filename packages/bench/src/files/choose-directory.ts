import { accessSync, constants, mkdirSync, realpathSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../options/usage-error.js';
import { mountOf } from './mount.js';

const IN_MEMORY = new Set(['tmpfs', 'ramfs']);

/** Whether files in a directory never reach a disk. */
export function isInMemory(directory: string): boolean {
  return IN_MEMORY.has(mountOf(directory).fileSystem);
}

function givenDirectory(path: string): string {
  try {
    const directory = realpathSync(path);
    if (!statSync(directory).isDirectory()) throw new Error('not a directory');
    accessSync(directory, constants.W_OK | constants.X_OK);
    return directory;
  } catch (cause) {
    throw new UsageError(`--dir wants a directory that can be written to, not '${path}'`, {
      cause,
    });
  }
}

/**
 * Where the bench puts its files: the given directory, else the system's temporary one, else
 * (where that lies in memory, which is no disk) one in this package.
 */
export function chooseDirectory(given: string | undefined): string {
  if (given !== undefined) return givenDirectory(given);
  const temporary = realpathSync(tmpdir());
  if (!isInMemory(temporary)) return temporary;
  const own = fileURLToPath(new URL('../../build/', import.meta.url));
  mkdirSync(own, { recursive: true });
  return realpathSync(own);
}
