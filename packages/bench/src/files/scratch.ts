import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** A directory of our own that is gone when we are, however we end (but for SIGKILL). */
export class Scratch implements Disposable {
  readonly path: string;
  readonly #remove = (): void => rmSync(this.path, { recursive: true, force: true });

  constructor(parent: string) {
    this.path = mkdtempSync(join(parent, 'aio-bench-'));
    process.once('exit', this.#remove);
  }

  [Symbol.dispose](): void {
    process.removeListener('exit', this.#remove);
    this.#remove();
  }
}
