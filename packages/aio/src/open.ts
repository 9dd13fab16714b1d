import { open as nodeOpen } from 'node:fs/promises';
import type { AioFileHandle } from './aio-file-handle.js';
import { invalidType } from './argument-errors.js';
import { type Backend, checkBackend, engineFor } from './backend.js';
import { openDirect } from './direct/open-direct.js';
import { adopt } from './handle/adopt.js';

/** How a file is opened, besides what its flags say. */
export interface OpenOptions {
  /** Permissions of a file that is created; 0o666 less the umask unless given. */
  readonly mode?: number | string | undefined;
  /**
   * 'auto': kernel AIO where it can be used, else Node's own pool, with one warning. 'kernel': an error
   * where it cannot be used. 'node': Node's own.
   */
  readonly backend?: Backend | undefined;
  /**
   * Past the page cache (O_DIRECT), with what is not aligned taken care of: reads, and writes whose memory alone is
   * not, are copied by way of aligned memory; writes whose position or length is not go through the page cache, by a
   * second descriptor, and so do all that append. What is aligned is not copied: see
   * {@link AioFileHandle.directAlignment}. False unless given.
   *
   * Where Node serves the file (see `backend`), it is opened without O_DIRECT, and all goes through the page cache.
   */
  readonly direct?: boolean | undefined;
}

/**
 * Opens a file, as `fsPromises.open` does, to a FileHandle whose reads, writes and syncs go through
 * kernel AIO. It is a FileHandle of Node's in every other respect.
 *
 * @param flags - as Node's, 'r' unless given
 * @param options - a mode, as Node has it, or more
 * @throws EINVAL - `direct`, and the file system has no direct I/O, or it is no regular file or block device
 */
export async function open(
  path: Parameters<typeof nodeOpen>[0],
  flags?: string | number | null,
  options: number | string | OpenOptions | null = null,
): Promise<AioFileHandle> {
  const {
    mode,
    backend = 'auto',
    direct = false,
  } = typeof options === 'object' ? (options ?? {}) : { mode: options };
  const engine = engineFor(checkBackend(backend));
  if (typeof (direct as unknown) !== 'boolean') {
    throw invalidType('options.direct', 'of type boolean', direct);
  }
  if (direct && engine !== null) return openDirect(path, flags ?? 'r', mode, engine);
  const handle = await nodeOpen(path, flags ?? 'r', mode);
  return adopt(handle, engine, flags ?? 'r');
}
