import { readSync } from 'node:fs';

const PIECE_BYTES = 64 * 1024;

/** The lines that come through a descriptor. Waiting for one blocks the process, and neither asks for a thread nor for a turn of the loop. */
export class Lines {
  readonly #fd: number;
  readonly #piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
  /** What has come and is no whole line yet. */
  #rest: Buffer = Buffer.alloc(0);

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** The next line without its end, or undefined behind the last one. */
  next(): string | undefined {
    for (;;) {
      const end = this.#rest.indexOf('\n');
      if (end >= 0) {
        const line = this.#rest.toString('utf8', 0, end);
        this.#rest = this.#rest.subarray(end + 1);
        return line;
      }
      const bytes = readSync(this.#fd, this.#piece);
      if (bytes === 0) return undefined;
      this.#rest = Buffer.concat([this.#rest, this.#piece.subarray(0, bytes)]);
    }
  }
}
