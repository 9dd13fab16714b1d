import { once } from 'node:events';
import { contentMatches } from '../../files/content.js';
import type { StreamsDriver, StreamsWork } from './work.js';

/** The chunk on a word's boundary, which streams may not give. */
function aligned(chunk: Uint8Array): Uint8Array {
  return chunk.byteOffset % 4 === 0 ? chunk : chunk.slice();
}

/** Reads a file by streams, and looks at what they gave. */
export class ReadThrough {
  readonly #driver: StreamsDriver;
  readonly #work: StreamsWork;
  /** What the last pass ended with. */
  #last: Uint8Array = new Uint8Array();

  constructor(driver: StreamsDriver, work: StreamsWork) {
    this.#driver = driver;
    this.#work = work;
  }

  /** @param checked - whether every byte is looked at, or only how many there are */
  async read(checked: boolean): Promise<void> {
    const { path, size, blockSize } = this.#work;
    const stream = await this.#driver.openReader(path, blockSize);
    let bytes = 0;
    stream.on('data', (chunk: Uint8Array) => {
      if (checked && !contentMatches(aligned(chunk), bytes)) {
        stream.destroy(new Error(`wrong bytes were read from offset ${bytes}`));
      }
      bytes += chunk.length;
      this.#last = chunk;
    });
    await once(stream, 'close');
    if (bytes !== size) throw new Error(`${bytes} bytes were read in place of ${size}`);
  }

  /** Looks at the chunk that came last: off the clock, since that takes as long as a good part of reading it. */
  check(): void {
    const offset = this.#work.size - this.#last.length;
    if (contentMatches(aligned(this.#last), offset)) return;
    throw new Error(`wrong bytes were read from offset ${offset}`);
  }
}
