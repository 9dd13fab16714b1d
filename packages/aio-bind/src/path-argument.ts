import { inspect } from 'node:util';
import { invalidType } from './argument-errors.js';

/** A path as the kernel takes it: text in UTF-8, or bytes. Neither has a NUL in it, nor its end. */
export function checkPath(name: string, path: string | Uint8Array): void {
  if (typeof path === 'string') {
    if (!path.includes('\0')) return;
  } else if (path instanceof Uint8Array) {
    // A detached one has no length, and cannot be searched.
    if (path.length === 0 || !path.includes(0)) return;
  } else {
    throw invalidType(name, 'of type string or an instance of Buffer', path);
  }
  throw Object.assign(
    new TypeError(
      `The argument '${name}' must be a string or Buffer without null bytes. ` +
        `Received ${inspect(path)}`,
    ),
    { code: 'ERR_INVALID_ARG_VALUE' },
  );
}
