import { fileURLToPath } from 'node:url';

/** A path as system calls take it; null for what Node is to judge. */
export function plainPath(path: unknown): string | Uint8Array | null {
  if (typeof path === 'string') return path.includes('\0') ? null : path;
  if (path instanceof Uint8Array) return path.includes(0) ? null : path;
  if (!(path instanceof URL) || path.protocol !== 'file:') return null;
  try {
    return plainPath(fileURLToPath(path));
  } catch {
    return null;
  }
}
