import { readFile as nodeReadFile } from 'node:fs/promises';
import { claimStack } from '../engine/claim-stack.js';
import { inTurn, isTurn } from './in-turn.js';
import { plainPath } from './plain-path.js';
import { type Found, NODE, ORDINARY, readAtOnce } from './read-at-once.js';
import { readByEngine } from './read-by-engine.js';
import { servedHandle } from './served-handle.js';

/** The encoding; undefined where Node is to judge the options, or to look after a signal. */
function plainEncoding(options: unknown): BufferEncoding | null | undefined {
  if (options === undefined || options === null) return null;
  if (typeof options === 'string') return Buffer.isEncoding(options) ? options : undefined;
  if (typeof options !== 'object') return undefined;
  const { encoding, flag, signal, buffer } = options as Record<string, unknown>;
  if (signal !== undefined || buffer !== undefined) return undefined;
  if (flag !== undefined && flag !== 'r') return undefined;
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

/** The contents by whoever has them without a thread of Node's; null where it takes one. */
async function contentsOf(
  found: Found,
  { path, encoding }: Request,
): Promise<Buffer | string | null> {
  if (found === NODE) return null;
  if (typeof found === 'object' && 'contents' in found) return found.contents;
  const bytes =
    typeof found === 'object' ? await found.fifo : await readByEngine(path, found === ORDINARY);
  return bytes === null || encoding === null ? bytes : bytes.toString(encoding);
}

/** The contents, without a thread of Node's; null where it takes one. */
export async function readPlain(request: Request): Promise<Buffer | string | null> {
  const attempt = (): Found => readAtOnce(request.path, request.encoding);
  return contentsOf(isTurn() ? attempt() : await inTurn(attempt), request);
}

/** What is read somehow, or by Node in the end. */
async function orByNode(
  reading: Promise<Buffer | string | null>,
  { path }: Request,
  options: unknown,
): Promise<unknown> {
  return (await reading) ?? nodeReadFile(path as string, options as BufferEncoding);
}

function readSomehow(path: unknown, options: unknown): Promise<unknown> {
  claimStack();
  const handle = servedHandle(path);
  if (handle !== null) return handle.readFile(options);
  const request = plainRequest(path, options);
  if (request === null) return nodeReadFile(path as string, options as BufferEncoding);
  if (!isTurn()) return orByNode(readPlain(request), request, options);
  const found = readAtOnce(request.path, request.encoding);
  // By far the most common, and an async function takes as long as the system calls for it.
  if (typeof found === 'object' && 'contents' in found) return Promise.resolve(found.contents);
  return orByNode(contentsOf(found, request), request, options);
}

function readAny(path: unknown, options?: unknown): Promise<unknown> {
  try {
    return readSomehow(path, options);
  } catch (error) {
    const reason = error as Error;
    return Promise.reject(reason);
  }
}

/**
 * Reads a whole file, as `fsPromises.readFile`: the same arguments, results and errors.
 *
 * A file that is in memory is read at once, without a thread: opened only if it is in the directory cache
 * (RESOLVE_CACHED, Linux 5.12), read only if it is in the page cache. One that is opened at once, but is
 * large or not in memory, goes through kernel AIO. A name that the directory cache knows to be missing
 * fails at once (ENOENT). A FIFO on the mount of the root directory is read without a thread, too. Whatever
 * else (a name that is not cached, what is no regular file, a network file system, a `signal`, other flags
 * than 'r') Node reads.
 *
 * @param path - or a FileHandle, which is read from where it is
 * @see openat2(2), preadv2(2)
 */
export const readFile: typeof nodeReadFile = readAny as typeof nodeReadFile;
