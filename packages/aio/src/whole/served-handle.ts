import type { FileHandle } from 'node:fs/promises';
import { SERVED, type ServedHandle, servedNow } from '../handle/served.js';

interface WholeMethods {
  readFile(options?: unknown): Promise<unknown>;
  writeFile(data: unknown, options?: unknown): Promise<unknown>;
  appendFile(data: unknown, options?: unknown): Promise<unknown>;
}

/** A handle of ours that kernel AIO serves now; null for everything else. */
export function servedHandle(value: unknown): WholeMethods | null {
  if (typeof value !== 'object' || value === null || !(SERVED in value)) return null;
  const handle = value as ServedHandle & FileHandle;
  return servedNow(handle) === null ? null : handle;
}
