import type { RecordLatency } from '../../measure/warm-up.js';
import { EachBlockOnce, RandomBlocks, type BlockOrder } from '../blocks/random-blocks.js';
import type { SmallFile, WholeFilesDriver, WholeFilesWork } from './work.js';

/** What came of a file: its bytes, or why there are none. */
export interface Read {
  readonly file: SmallFile;
  readonly found: Uint8Array | Error;
}

/** Reads files in random order, and remembers what came of the last ones. */
export class Reading {
  readonly #driver: WholeFilesDriver;
  readonly #work: WholeFilesWork;
  readonly #order: BlockOrder;
  #left = 0;
  /** By lane. */
  readonly last: Read[] = [];

  constructor(driver: WholeFilesDriver, work: WholeFilesWork) {
    const { seed, files, once } = work;
    this.#driver = driver;
    this.#work = work;
    const Order = once ? EachBlockOnce : RandomBlocks;
    this.#order = new Order(seed, files.length);
  }

  operate(count: number, record: RecordLatency | undefined): void | Promise<void> {
    this.#left = count;
    const { readFile, readFileSync } = this.#driver;
    if (readFile === undefined) {
      this.#inTurn(readFileSync, record);
      return;
    }
    const lanes = Array.from({ length: this.#work.parallel }, (_, lane) =>
      this.#lane(readFile, lane, record),
    );
    return Promise.all(lanes).then(() => undefined);
  }

  async #lane(
    readFile: (path: string) => Promise<Uint8Array>,
    lane: number,
    record: RecordLatency | undefined,
  ): Promise<void> {
    const { missing } = this.#work;
    while (this.#left-- > 0) {
      const file = this.#next();
      const from = record === undefined ? 0 : performance.now();
      let found: Uint8Array | Error;
      if (missing) {
        try {
          found = await readFile(file.path);
        } catch (error) {
          found = error as Error;
        }
      } else found = await readFile(file.path);
      record?.(performance.now() - from);
      this.#keep(lane, file, found);
    }
  }

  #inTurn(readFileSync: (path: string) => Uint8Array, record: RecordLatency | undefined): void {
    const { missing } = this.#work;
    while (this.#left-- > 0) {
      const file = this.#next();
      const from = record === undefined ? 0 : performance.now();
      let found: Uint8Array | Error;
      if (missing) {
        try {
          found = readFileSync(file.path);
        } catch (error) {
          found = error as Error;
        }
      } else found = readFileSync(file.path);
      record?.(performance.now() - from);
      this.#keep(0, file, found);
    }
  }

  #next(): SmallFile {
    return this.#work.files[this.#order.next()]!;
  }

  #keep(lane: number, file: SmallFile, found: Uint8Array | Error): void {
    if (found instanceof Uint8Array) {
      if (found.length !== file.size || this.#work.missing) throw wrongSize(file, found);
    }
    this.last[lane] = { file, found };
  }
}

function wrongSize({ path, size }: SmallFile, { length }: Uint8Array): Error {
  return new Error(`${length} bytes were read from ${path} in place of ${size}`);
}
