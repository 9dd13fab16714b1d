import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';

export const ENOENT: number = -constants.errno.ENOENT;

// Asking for the map each time takes longer than finding that there is no such file.
const [code, what] = getSystemErrorMap().get(ENOENT) ?? ['ENOENT', 'no such file or directory'];

/** What Node rejects with where there is no such file: open(2)'s error. */
export function missingFile(path: string | Uint8Array): NodeJS.ErrnoException {
  const name = typeof path === 'string' ? path : Buffer.from(path).toString();
  const error = new Error(`${code}: ${what}, open '${name}'`);
  return Object.assign(error, { errno: ENOENT, code, syscall: 'open', path: name });
}
