import { AioContext, RWF_ATOMIC, RWF_NOWAIT, ReadOperation } from 'aio';
import { randomBytes } from 'node:crypto';
import { closeSync, fdatasyncSync, openSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readWhole } from '../../src/drivers/aio-context/read-whole.js';
import { Scratch } from '../../src/files/scratch.js';
import { evict } from '../../src/measure/page-cache.js';

const SIZE = 100 * 1024;
const COUNT = 3;

/** Files in one context, and a read of each. */
class Opened implements Disposable {
  readonly context: AioContext = new AioContext({ maxInFlight: COUNT });
  readonly contents: readonly Buffer[] = Array.from({ length: COUNT }, () => randomBytes(SIZE));
  readonly paths: readonly string[];
  readonly reads: readonly ReadOperation[];
  readonly #scratch = new Scratch(tmpdir());
  readonly #fds: readonly number[];

  constructor(flags: number, length = SIZE) {
    this.paths = this.contents.map((content, i) => {
      const path = join(this.#scratch.path, String(i));
      writeFileSync(path, content);
      return path;
    });
    this.#fds = this.paths.map((path) => openSync(path, 'r'));
    this.reads = this.#fds.map(
      (file) => new ReadOperation({ file, buffer: Buffer.alloc(length), flags }),
    );
  }

  /** Whether what is in a read's buffer is what its file holds. */
  get right(): readonly boolean[] {
    return this.reads.map(({ buffer }, i) => this.contents[i]!.equals(buffer as Buffer));
  }

  [Symbol.dispose](): void {
    this.context.close();
    for (const fd of this.#fds) closeSync(fd);
    this.#scratch[Symbol.dispose]();
  }
}

describe('reading whole files that may not wait', () => {
  it('reads what is in memory, again and again', async () => {
    using opened = new Opened(RWF_NOWAIT);
    for (let round = 0; round < 3; round++) {
      for (const { buffer } of opened.reads) (buffer as Buffer).fill(0);
      await readWhole(opened.context, opened.reads);
      expect(opened.right).toEqual([true, true, true]);
    }
  });

  it('reads what is not in memory as well', async () => {
    using opened = new Opened(RWF_NOWAIT);
    // What has not been written back stays in memory.
    for (const { fd } of opened.reads) fdatasyncSync(fd);
    await evict(opened.paths, new AbortController().signal);
    await readWhole(opened.context, opened.reads);
    expect(opened.right).toEqual([true, true, true]);
    expect(opened.context.inFlight).toBe(0);
  });

  it('goes on without a flag that the file system does not know', async () => {
    // No read is atomic.
    using opened = new Opened(RWF_ATOMIC);
    await readWhole(opened.context, opened.reads);
    expect(opened.right).toEqual([true, true, true]);
    expect(opened.reads.map(({ flags }) => flags)).toEqual([0, 0, 0]);
  });

  it('says so where a file is shorter than it was', async () => {
    using opened = new Opened(RWF_NOWAIT, SIZE + 1);
    await expect(readWhole(opened.context, opened.reads)).rejects.toThrow(
      `${SIZE} bytes were read in place of ${SIZE + 1}`,
    );
  });
});
