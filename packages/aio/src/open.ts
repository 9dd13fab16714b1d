import { open as nodeOpen } from 'node:fs/promises';
import type { AioFileHandle } from './aio-file-handle.js';
import { type Backend, checkBackend, engineFor } from './backend.js';
import { adopt } from './handle/adopt.js';

/** How a file is opened, besides what its flags say. */
export interface OpenOptions {
  /** Permissions of a file that is created; 0o666 less the umask unless given. */
  readonly mode?: number | string;
  /**
   * 'auto': kernel AIO where it can be used, else Node's own pool, with one warning. 'kernel': an error
   * where it cannot be used. 'node': Node's own.
   */
  readonly backend?: Backend;
}

/**
 * Opens a file, as `fsPromises.open` does, to a FileHandle whose reads, writes and syncs go through
 * kernel AIO. It is a FileHandle of Node's in every other respect.
 *
 * @param flags - as Node's, 'r' unless given
 * @param options - a mode, as Node has it, or more
 */
export async function open(
  path: Parameters<typeof nodeOpen>[0],
  flags?: string | number | null,
  options: number | string | OpenOptions | null = null,
): Promise<AioFileHandle> {
  const { mode, backend = 'auto' } =
    typeof options === 'object' ? (options ?? {}) : { mode: options };
  const engine = engineFor(checkBackend(backend));
  const handle = await nodeOpen(path, flags ?? 'r', mode);
  return adopt(handle, engine, flags ?? 'r');
}
