/**
 * An `fs` whose files are read and written by kernel AIO, for code that takes one: everything that
 * `node:fs` has, of which `open`, `openSync`, `read`, `write`, `readv`, `writev`, `fsync`, `fdatasync`, `close`,
 * `closeSync`, `readFile`, `createReadStream`, `createWriteStream` and `promises` are ours; all of it by name, too.
 *
 * A descriptor that was opened here is served until it is closed. Others, and what is out of the ordinary,
 * are Node's.
 *
 * @packageDocumentation
 */
import nodeFs from 'node:fs';
import { close, closeSync, open, openSync } from './fs/open-close.js';
import { readFile } from './fs/read-file.js';
import { streamsOver } from './fs/streams.js';
import { fdatasync, fsync, read, readv, write, writev } from './fs/transfers.js';
import promises from './fs-promises.js';

// Not a list of names: which there are differs from Node to Node, and one that is missing has to be missing
// here, too, as code that asks whether there is `glob` would otherwise find an undefined one. What this module
// exports itself takes precedence.
export * from 'node:fs';
export {
  close,
  closeSync,
  fdatasync,
  fsync,
  open,
  openSync,
  promises,
  read,
  readFile,
  readv,
  write,
  writev,
};

/** A copy of what `node:fs` has; its getters are not called, since some of them warn. */
const fs = Object.defineProperties({}, Object.getOwnPropertyDescriptors(nodeFs)) as typeof nodeFs;

const streams = streamsOver(fs);
export const createReadStream: typeof nodeFs.createReadStream = streams.createReadStream;
export const createWriteStream: typeof nodeFs.createWriteStream = streams.createWriteStream;

const ours: Partial<typeof nodeFs> = {
  open,
  openSync,
  close,
  closeSync,
  read,
  write,
  readv,
  writev,
  fsync,
  fdatasync,
  readFile,
  createReadStream,
  createWriteStream,
};

for (const [name, value] of Object.entries({ ...ours, promises })) {
  Object.defineProperty(fs, name, { value, configurable: true, enumerable: true, writable: true });
}

export default fs;
/** So that `require('aio/fs')` gives it, too, as `require('fs')` does. */
export { fs as 'module.exports' };
