import type { FileHandle } from 'node:fs/promises';
import { open as nodeOpen } from 'node:fs/promises';
import { aio_context_t, io_destroy, io_setup } from 'aio-bind';
import { Engine, type EngineLimits } from '../../src/engine/engine.js';
import { adopt } from '../../src/handle/adopt.js';

/** An engine with limits of its own, for the length of a test. */
export class OwnEngine implements Disposable {
  readonly engine: Engine;
  readonly #ctx = new aio_context_t();

  constructor(limits: Partial<EngineLimits> = {}) {
    const all = { depth: 64, bytes: 1 << 28, threads: 2, ...limits };
    io_setup(all.depth, this.#ctx);
    this.engine = new Engine(this.#ctx, all);
  }

  async open(path: string, flags: string | number): Promise<FileHandle> {
    return adopt(await nodeOpen(path, flags), this.engine, flags);
  }

  [Symbol.dispose](): void {
    io_destroy(this.#ctx);
  }
}
