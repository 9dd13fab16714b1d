import { join } from 'node:path';
import { makeContentFile } from '../../files/content.js';
import type { SmallFile } from './work.js';

const SMALLEST = 512;
const LARGEST = 8 * 1024;
const STEP = 4;
// Coprime to the number of sizes: neighbours differ, and any few are mixed ones.
const STRIDE = 701;

/** From 0.5 to 8 KiB, all sizes alike often. */
function sizeOf(index: number): number {
  const sizes = (LARGEST - SMALLEST) / STEP + 1;
  return SMALLEST + STEP * ((index * STRIDE) % sizes);
}

/** Makes so many of them, with names that begin alike; their contents continue each other. */
export function makeSmallFiles(
  directory: string,
  name: string,
  count: number,
): readonly SmallFile[] {
  const files: SmallFile[] = [];
  for (let i = 0, base = 0; i < count; i++) {
    const file = { path: join(directory, `${name}-${i}`), size: sizeOf(i), base };
    makeContentFile(file.path, file.size, base);
    files.push(file);
    base += file.size;
  }
  return files;
}

/** Names beside them that nobody has. */
export function missingFiles(directory: string, count: number): readonly SmallFile[] {
  return Array.from({ length: count }, (_, i) => ({
    path: join(directory, `missing-${i}`),
    size: 0,
    base: 0,
  }));
}
