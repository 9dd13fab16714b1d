import { readFileSync } from 'node:fs';
import { contentMatches } from '../../files/content.js';
import type { Read } from './reading.js';

/** What an error tells a program. */
const SAID = ['message', 'code', 'errno', 'syscall', 'path'] as const;

type Said = Readonly<Partial<Record<(typeof SAID)[number], unknown>>>;

function errorOfNode(path: string): Said {
  try {
    readFileSync(path);
  } catch (error) {
    return error as Said;
  }
  throw new Error(`${path} is there, and should not be`);
}

/** Compares what was read last with what the files hold; of a missing one, the error with Node's own. */
export function checkReads(reads: readonly Read[]): void {
  for (const { file, found } of reads) {
    if (found instanceof Uint8Array) {
      if (contentMatches(found, file.base)) continue;
      throw new Error(`wrong bytes were read from ${file.path}`);
    }
    const said: Said = found;
    const node = errorOfNode(file.path);
    for (const key of SAID) {
      if (said[key] === node[key]) continue;
      throw new Error(
        `the error of ${file.path} has ${key} ${String(said[key])} where Node's has ${String(node[key])}`,
      );
    }
  }
}
