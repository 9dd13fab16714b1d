import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { DISK } from '../temp-file.js';

/** A directory with everything in it, removed with its scope. */
export class Scratch implements Disposable {
  readonly path: string = mkdtempSync(path.join(DISK, 'aio-bind-'));

  to(...names: string[]): string {
    return path.join(this.path, ...names);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}
