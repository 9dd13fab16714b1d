/**
 * An `fs` whose files are read and written by kernel AIO, for code that takes one: everything that
 * `node:fs` has, of which `open`, `read`, `write`, `readv`, `writev`, `fsync`, `fdatasync`, `close`, `readFile`,
 * `createReadStream`, `createWriteStream` and `promises` are ours.
 *
 * A descriptor that was opened here is served until it is closed. Others, and what is out of the ordinary,
 * are Node's.
 *
 * @packageDocumentation
 */
import nodeFs from 'node:fs';
import nodePromises from 'node:fs/promises';
import { close, closeSync, open, openSync } from './fs/open-close.js';
import { readFile } from './fs/read-file.js';
import { streamsOver } from './fs/streams.js';
import { fdatasync, fsync, read, readv, write, writev } from './fs/transfers.js';
import { open as openHandle } from './open.js';
import { readFile as readWhole } from './whole/read-file.js';
import { appendFile, writeFile } from './whole/write-file.js';

/** `fs.promises`, of which `open`, `readFile`, `writeFile` and `appendFile` are ours. */
export const promises: typeof nodePromises = {
  ...nodePromises,
  open: openHandle,
  readFile: readWhole,
  writeFile,
  appendFile,
};

/** A copy of what `node:fs` has; its getters are not called, since some of them warn. */
const fs = Object.defineProperties({}, Object.getOwnPropertyDescriptors(nodeFs)) as typeof nodeFs;

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
  ...streamsOver(fs),
};

for (const [name, value] of Object.entries({ ...ours, promises })) {
  Object.defineProperty(fs, name, { value, configurable: true, enumerable: true, writable: true });
}

export default fs;
/** So that `require('aio/fs')` gives it, too, as `require('fs')` does. */
export { fs as 'module.exports' };
