import { once } from 'node:events';
import { closeSync, openSync, readSync, rmSync } from 'node:fs';
import { contentMatches, fillContent } from '../../files/content.js';
import type { StreamsDriver, StreamsWork } from './work.js';

/** Content that is written again and again, so that making it is not what is measured. */
const PATTERN_BYTES = 8 * 1024 * 1024;

/** Whole blocks, so that each is written as one chunk. */
function patternBytes({ blockSize, size }: StreamsWork): number {
  const chunk = Math.min(blockSize, size);
  return Math.ceil(PATTERN_BYTES / chunk) * chunk;
}

/** Writes files by streams, and looks at what they hold. */
export class WriteThrough {
  readonly #driver: StreamsDriver;
  readonly #work: StreamsWork;
  readonly #pattern: Uint8Array;

  constructor(driver: StreamsDriver, work: StreamsWork) {
    this.#driver = driver;
    // Others write theirs meanwhile.
    this.#work = { ...work, path: `${work.path}-${process.pid}` };
    this.#pattern = new Uint8Array(patternBytes(work));
    fillContent(this.#pattern, 0);
  }

  async write(): Promise<void> {
    const { path, size, blockSize } = this.#work;
    const stream = await this.#driver.openWriter(path, blockSize);
    const closed = once(stream, 'close');
    for (let offset = 0; offset < size;) {
      const from = offset % this.#pattern.length;
      const length = Math.min(blockSize, size - offset);
      const hasRoom = stream.write(this.#pattern.subarray(from, from + length));
      offset += length;
      if (!hasRoom && offset < size) await once(stream, 'drain');
    }
    stream.end();
    await closed;
  }

  /**
   * What is written next is a new file. ext4 has a file that was truncated written to the device when it is closed
   * (auto_da_alloc in ext4(5)), which would be most of what is measured.
   */
  remove(): void {
    rmSync(this.#work.path, { force: true });
  }

  check(): void {
    const { path, size } = this.#work;
    const fd = openSync(path, 'r');
    try {
      const found = new Uint8Array(this.#pattern.length);
      for (let offset = 0; offset < size; offset += found.length) {
        const wanted = Math.min(found.length, size - offset);
        const bytes = readSync(fd, found, 0, found.length, offset);
        if (bytes < wanted || (bytes > wanted && offset + bytes > size)) {
          throw new Error(`${offset + bytes} bytes are in the file in place of ${size}`);
        }
        if (!contentMatches(found.subarray(0, wanted), 0)) {
          throw new Error(`wrong bytes were written behind offset ${offset}`);
        }
      }
    } finally {
      closeSync(fd);
    }
  }
}
