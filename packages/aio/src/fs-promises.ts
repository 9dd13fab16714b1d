/**
 * `fs/promises`, of which `open`, `readFile`, `writeFile` and `appendFile` are ours: everything that
 * `node:fs/promises` has, by name, too. It is the `promises` of `aio/fs`.
 *
 * @packageDocumentation
 */
import nodePromises from 'node:fs/promises';
import { open } from './open.js';
import { readFile } from './whole/read-file.js';
import { appendFile, writeFile } from './whole/write-file.js';

// As in fs.ts: every name that the running Node has, but those below.
export * from 'node:fs/promises';
export { appendFile, open, readFile, writeFile };

const promises: typeof nodePromises = { ...nodePromises, open, readFile, writeFile, appendFile };

export default promises;
/** So that `require('aio/fs/promises')` gives it, too, as `require('fs/promises')` does. */
export { promises as 'module.exports' };
