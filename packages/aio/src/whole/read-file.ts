import { readFile as nodeReadFile } from 'node:fs/promises';
import { inTurn, isTurn } from './in-turn.js';
import { plainPath } from './plain-path.js';
import { ENGINE, NODE, ORDINARY, readAtOnce } from './read-at-once.js';
import { readByEngine } from './read-by-engine.js';
import { servedHandle } from './served-handle.js';

/** The encoding; undefined where Node is to judge the options, or to look after a signal. */
function plainEncoding(options: unknown): BufferEncoding | null | undefined {
  if (options === undefined || options === null) return null;
  if (typeof options === 'string') return Buffer.isEncoding(options) ? options : undefined;
  if (typeof options !== 'object') return undefined;
  const { encoding, flag, signal } = options as Record<string, unknown>;
  if (signal !== undefined || (flag !== undefined && flag !== 'r')) return undefined;
  if (encoding === undefined || encoding === null) return null;
  return typeof encoding === 'string' && Buffer.isEncoding(encoding) ? encoding : undefined;
}

interface Request {
  readonly path: string | Uint8Array;
  readonly encoding: BufferEncoding | null;
}

/** What is asked for; null where Node is to judge it. */
export function plainRequest(path: unknown, options: unknown): Request | null {
  const plain = plainPath(path);
  const encoding = plainEncoding(options);
  return plain === null || encoding === undefined ? null : { path: plain, encoding };
}

/** The contents, without a thread of Node's; null where it takes one. */
export async function readPlain({ path, encoding }: Request): Promise<Buffer | string | null> {
  const found = isTurn()
    ? readAtOnce(path, encoding)
    : await inTurn(() => readAtOnce(path, encoding));
  if (found === NODE) return null;
  if (found !== ENGINE && found !== ORDINARY) return found.contents;
  const bytes = await readByEngine(path, found === ORDINARY);
  return bytes === null || encoding === null ? bytes : bytes.toString(encoding);
}

async function readAny(path: unknown, options?: unknown): Promise<unknown> {
  const handle = servedHandle(path);
  if (handle !== null) return handle.readFile(options);
  const request = plainRequest(path, options);
  const contents = request && (await readPlain(request));
  return contents ?? nodeReadFile(path as string, options as BufferEncoding);
}

/**
 * Reads a whole file, as `fsPromises.readFile`: the same arguments, results and errors.
 *
 * A file that is in memory is read at once, without a thread: opened only if it is in the directory cache
 * (RESOLVE_CACHED, Linux 5.12), read only if it is in the page cache. One that is opened at once, but is
 * large or not in memory, goes through kernel AIO. A name that the directory cache knows to be missing
 * fails at once (ENOENT). Whatever else (a name that is not cached, what is no regular file, a network file
 * system, a `signal`, other flags than 'r') Node reads.
 *
 * @param path - or a FileHandle, which is read from where it is
 * @see openat2(2), preadv2(2)
 */
export const readFile: typeof nodeReadFile = readAny as typeof nodeReadFile;
