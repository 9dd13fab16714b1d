import { invalidType, outOfRange } from '../argument-errors.js';
import { claimStack } from '../engine/claim-stack.js';

/** What a slice reads its file by. */
export interface Readable {
  read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ bytesRead: number }>;
}

const MAX_READ = 2 ** 31 - 1;
/** What a stream reads at a time, and how many such reads it has under way ahead of its reader. */
const CHUNK = 1 << 16;
const AHEAD = 4;

/** As Blob.prototype.slice has it: from the end where it is negative, and never beyond it. */
function within(name: string, value: unknown, size: number): number {
  if (typeof value !== 'number') throw invalidType(name, 'of type number', value);
  if (Number.isNaN(value)) throw outOfRange(name, 'a number', value);
  const whole = Math.trunc(value);
  return whole < 0 ? Math.max(size + whole, 0) : Math.min(whole, size);
}

/**
 * A range of an open file that reads like a Blob, for libraries that take one to read ranges from. Nothing
 * is read until it is asked for; the handle must stay open until then.
 */
export class FileSlice {
  /** In bytes. */
  readonly size: number;
  /** As a Blob's: not known. */
  readonly type = '';
  readonly #file: Readable;
  readonly #start: number;

  constructor(file: Readable, start: number, size: number) {
    this.#file = file;
    this.#start = start;
    this.size = size;
  }

  /**
   * A part of this one.
   *
   * @param start - in bytes, from the end where it is negative; 0 unless given
   * @param end - the same, of the first byte behind it; the end unless given
   */
  slice(start = 0, end: number = this.size): FileSlice {
    const from = within('start', start, this.size);
    const to = within('end', end, this.size);
    return new FileSlice(this.#file, this.#start + from, Math.max(to - from, 0));
  }

  /** @throws NotReadableError - the file ends before the slice does */
  bytes(): Promise<Uint8Array> {
    return this.#read(0, this.size);
  }

  /** @throws NotReadableError - the file ends before the slice does */
  async arrayBuffer(): Promise<ArrayBuffer> {
    claimStack();
    return (await this.#read(0, this.size)).buffer;
  }

  /**
   * As UTF-8.
   *
   * @throws NotReadableError - the file ends before the slice does
   */
  async text(): Promise<string> {
    claimStack();
    return new TextDecoder().decode(await this.bytes());
  }

  /** Its bytes in order, of which up to 256 KiB are read ahead. */
  stream(): ReadableStream<Uint8Array> {
    const ahead: Promise<Uint8Array>[] = [];
    let next = 0;
    const readAhead = (): void => {
      while (ahead.length < AHEAD && next < this.size) {
        const piece = this.#read(next, Math.min(CHUNK, this.size - next));
        // Whoever comes to it hears of its failure; nobody may, where the stream is cancelled.
        piece.catch(() => undefined);
        ahead.push(piece);
        next += CHUNK;
      }
    };
    return new ReadableStream({
      type: 'bytes',
      pull: async (controller) => {
        readAhead();
        const piece = await ahead.shift();
        if (piece !== undefined) controller.enqueue(piece);
        if (ahead.length > 0 || next < this.size) return;
        controller.close();
        // A reader with a buffer of its own is told so by an answer.
        controller.byobRequest?.respond(0);
      },
      cancel: () => {
        next = this.size;
        ahead.length = 0;
      },
    });
  }

  async #read(offset: number, size: number): Promise<Uint8Array<ArrayBuffer>> {
    claimStack();
    const bytes = new Uint8Array(size);
    for (let done = 0; done < size;) {
      const length = Math.min(size - done, MAX_READ);
      const position = this.#start + offset + done;
      const { bytesRead } = await this.#file.read(bytes, done, length, position);
      if (bytesRead === 0) {
        throw new DOMException(
          `The file ends at ${position}, before this slice does: it has been cut off meanwhile`,
          'NotReadableError',
        );
      }
      done += bytesRead;
    }
    return bytes;
  }
}
