import { claimStack } from '../engine/claim-stack.js';
import { READ } from '../engine/commands.js';
import { kindOf } from '../engine/file-kind.js';
import type { Served } from '../handle/served.js';
import { startTransfer } from '../handle/transfers.js';

/** How many reads are under way ahead of the one that is asked for, and how much they are together. */
const MOST_PIECES = 4;
const MOST_BYTES = 4 << 20;

/** A part of the file that is read, or has been. */
interface Piece {
  readonly view: Buffer;
  readonly position: number;
  readonly chunk: Promise<Chunk>;
  /** How many writes of the handle there had been; null where some were under way. */
  readonly behind: number | null;
}

/** What a stream asks for. */
export interface Wanted {
  readonly view: Buffer;
  readonly position: number;
  /** In bytes, from that position on: what the stream may ask for until its end. */
  readonly left: number;
}

export interface Chunk {
  readonly bytesRead: number;
  readonly buffer: Buffer;
}

function begin({ engine, file }: Served, view: Buffer, position: number): Piece {
  const wanted = { view, offset: 0, length: view.length, position };
  const behind = file.writes.isIdle ? file.writes.count : null;
  return { view, position, behind, chunk: startTransfer(engine, file, READ, wanted, position) };
}

/**
 * Reads chunk after chunk, and those behind it before they are asked for: the more the longer that goes
 * well, as a stream may be left after its first chunk.
 *
 * It goes by what is asked for alone, and reads anew what is not where or what it was expected to be.
 */
export class ReadAhead {
  /** Adjacent, in order. */
  #pieces: Piece[] = [];
  #depth = 0;
  /** Of the file, when it was last looked at: nothing behind that is read ahead. */
  #size = 0;
  /** How many are being read that have not been asked for. */
  #underWay = 0;
  #whenIdle: (() => void) | null = null;

  /** Calls back as soon as nothing is under way that nobody asked for; at once if nothing is. */
  whenIdle(callback: () => void): void {
    if (this.#underWay === 0) callback();
    else this.#whenIdle = callback;
  }

  async read(served: Served, wanted: Wanted): Promise<Chunk> {
    claimStack();
    const { view } = wanted;
    const chunk = await this.#take(served, wanted).chunk;
    // The file ends here, for now: what was read behind it may be something else by then.
    if (chunk.bytesRead < view.length) this.drop();
    else this.#depth = Math.min(this.#depth * 2 || 1, MOST_PIECES);
    return chunk;
  }

  drop(): void {
    this.#pieces = [];
    this.#depth = 0;
  }

  #take(served: Served, wanted: Wanted): Piece {
    const { view, position } = wanted;
    const [first] = this.#pieces;
    // Who has waited for a write of theirs finds it in what they read then.
    const isFresh = first?.behind === served.file.writes.count;
    if (isFresh && first.position === position && first.view.length === view.length) {
      this.#pieces.shift();
      // Its memory is not needed now, so another piece has it.
      this.#readAhead(served, wanted, view);
      return first;
    }
    if (first !== undefined) this.drop();
    const piece = begin(served, view, position);
    this.#readAhead(served, wanted, null);
    return piece;
  }

  #readAhead(served: Served, { view, position, left }: Wanted, spare: Buffer | null): void {
    const { length } = view;
    const most = Math.min(this.#depth, Math.floor(MOST_BYTES / length));
    const end = position + left;
    for (let next = position + length * (this.#pieces.length + 1); ; next += length) {
      if (this.#pieces.length >= most || next >= end || !this.#reaches(served, next)) return;
      // As much as will be asked for.
      const size = Math.min(length, end - next);
      const memory = spare?.length === size ? spare : Buffer.allocUnsafeSlow(size);
      if (memory === spare) spare = null;
      const piece = begin(served, memory, next);
      this.#underWay++;
      // Whoever comes to it hears of its failure; nobody may, where the stream is destroyed.
      piece.chunk.then(this.#ended, this.#ended);
      this.#pieces.push(piece);
    }
  }

  readonly #ended = (): void => {
    if (--this.#underWay > 0) return;
    const callback = this.#whenIdle;
    this.#whenIdle = null;
    callback?.();
  };

  #reaches({ file }: Served, position: number): boolean {
    if (position < this.#size) return true;
    // Block devices do not say.
    this.#size = file.regular ? kindOf(file.fd).size : Infinity;
    return position < this.#size;
  }
}
