import { closeSync, constants, existsSync, openSync } from 'node:fs';
import { allocAligned } from 'aio-bind';
import { ReadOperation } from '../../src/index.js';
import { numberedBytes, writeNumbered } from './page-cache.js';

const BYTES = 1 << 24;

/** A read that is in flight for long: direct, of 16 MiB. */
export class LargeDirectRead implements Disposable {
  readonly operation: ReadOperation;
  readonly #fd: number;
  readonly #buffer = allocAligned(BYTES);

  constructor(path: string) {
    if (!existsSync(path)) writeNumbered(path, BYTES);
    this.#fd = openSync(path, constants.O_RDONLY | constants.O_DIRECT);
    this.operation = new ReadOperation({ file: this.#fd, buffer: this.#buffer });
  }

  /** Whether all that was to be read is there. */
  get arrived(): boolean {
    return this.#buffer.equals(numberedBytes(BYTES));
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }
}
