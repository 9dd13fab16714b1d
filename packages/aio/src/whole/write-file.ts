// A file that is written by its path has to be created or truncated, for which the kernel has no way
// that does not wait. Since a thread is needed anyhow, Node's may do all of it: through the engine it
// takes as long, and more CPU. What gains from the engine is a handle that is open.
import { appendFile as nodeAppendFile, writeFile as nodeWriteFile } from 'node:fs/promises';
import { servedHandle } from './served-handle.js';

async function writeAny(path: unknown, data: unknown, options?: unknown): Promise<unknown> {
  const handle = servedHandle(path);
  if (handle !== null) return handle.writeFile(data, options);
  return nodeWriteFile(path as string, data as string, options as BufferEncoding);
}

async function appendAny(path: unknown, data: unknown, options?: unknown): Promise<unknown> {
  const handle = servedHandle(path);
  if (handle !== null) return handle.appendFile(data, options);
  return nodeAppendFile(path as string, data as string, options as BufferEncoding);
}

/**
 * Writes a whole file, as `fsPromises.writeFile`: the same arguments, results and errors.
 *
 * @param path - or a FileHandle; one of ours is written to by kernel AIO, from where it is. By path, Node
 *   does it: creating and truncating a file take a thread.
 */
export const writeFile: typeof nodeWriteFile = writeAny as typeof nodeWriteFile;

/**
 * Writes to the end of a file, as `fsPromises.appendFile`: the same arguments, results and errors.
 *
 * @param path - or a FileHandle; see {@link writeFile}
 */
export const appendFile: typeof nodeAppendFile = appendAny as typeof nodeAppendFile;
