import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';

export const ENOENT: number = -constants.errno.ENOENT;

// Asking for the map each time takes longer than finding that there is no such file.
const [code, what] = getSystemErrorMap().get(ENOENT) ?? ['ENOENT', 'no such file or directory'];

/** What Node rejects with where there is no such file: open(2)'s error. */
export function missingFile(path: string | Uint8Array): NodeJS.ErrnoException {
  // As the kernel was given it: half a surrogate pair has no bytes of its own there.
  const name = Buffer.from(path as string).toString();
  const error = new Error(`${code}: ${what}, open '${name}'`);
  return Object.assign(error, { errno: ENOENT, code, syscall: 'open', path: name });
}
