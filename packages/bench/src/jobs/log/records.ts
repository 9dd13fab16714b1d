const MAGIC = 0x10600d;
const HEADER_WORDS = 3;

/** The records of one writer, numbered; each is filled with what follows from its number. */
export class Writer {
  readonly #words: Uint32Array;
  /** The next record's bytes; the same memory for each. */
  readonly record: Uint8Array;
  readonly number: number;
  /** How many there have been. */
  count = 0;

  constructor(number: number, recordBytes: number) {
    this.#words = new Uint32Array(recordBytes / Uint32Array.BYTES_PER_ELEMENT);
    this.record = new Uint8Array(this.#words.buffer);
    this.number = number;
  }

  next(): Uint8Array {
    this.#words.fill(filling(this.number, this.count));
    this.#words[0] = MAGIC;
    this.#words[1] = this.number;
    this.#words[2] = this.count++;
    return this.record;
  }
}

function filling(writer: number, index: number): number {
  return Math.imul(writer + 1, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b);
}

/**
 * Goes through a log and counts the records of each writer.
 *
 * @param counts - by writer; what is found is added
 * @throws Error - a record is torn, or not the one that comes next
 */
export function countRecords(log: Uint8Array, recordBytes: number, counts: number[]): void {
  if (log.length % recordBytes !== 0) {
    throw new Error(`the log has ${log.length} bytes, which is no whole number of records`);
  }
  const words = new Uint32Array(log.buffer, log.byteOffset, log.length / 4);
  const perRecord = recordBytes / 4;
  for (let at = 0; at < words.length; at += perRecord) {
    const [magic, writer = -1, index = -1] = words.subarray(at, at + HEADER_WORDS);
    const rest = words.subarray(at + HEADER_WORDS, at + perRecord);
    const fill = filling(writer, index) >>> 0;
    if (magic !== MAGIC || !rest.every((word) => word === fill)) {
      throw new Error(`record ${at / perRecord} of the log is torn`);
    }
    if (index !== (counts[writer] ?? 0)) {
      throw new Error(
        `record ${index} of writer ${writer} follows on ${(counts[writer] ?? 0) - 1} in the log`,
      );
    }
    counts[writer] = index + 1;
  }
}
