import { SEEK_CUR, lseek } from 'aio-bind';
import { viewAddress } from './addresses.js';
import type { Counters } from './counters.js';
import { BUFFERED_READ } from './device.js';
import type { KernelPort } from './kernel-port.js';
import type { OpenFile } from './open-file.js';
import { OwnPromise, chain, resolved } from './own-promise.js';
import type { Read, ReadInto } from './read-batch.js';
import { ReadClock } from './read-clock.js';
import { WORTH_BYTES_EACH, isNoAnswer } from './read-together.js';

/** Of the descriptor, which is moved on. */
export const OWN_POSITION = -1;

/** How many may follow one that was awaited before the next is looked at. */
const TRUSTED = 7;

const settled = OwnPromise.resolve();

/**
 * Reads of a program that awaits each before it asks for the next: such a one need not wait for what else its tick brings,
 * and is read by the call. Whether it is one is told by the one before. Every eighth is looked at, and so is each that is
 * large enough for another thread to help with: what is asked for before it has been given waits, to go with others. To look
 * at each would cost a twentieth of its time.
 */
export class LoneRead {
  readonly #port: KernelPort;
  readonly #counters: Counters;
  /** The last read was alone, and read in full by preadv2(2). */
  #isLikely = false;
  /** How many more need not be looked at. */
  #trusted = 0;
  /** It has been read, and not been given yet. */
  #read: Read | null = null;
  readonly #give = (): Read => {
    const read = this.#read!;
    this.#read = null;
    this.#trusted = TRUSTED;
    return read;
  };
  #lastView: ArrayBufferView | null = null;
  #lastAddress = 0;
  readonly #clock: ReadClock;

  constructor(port: KernelPort, counters: Counters) {
    this.#port = port;
    this.#counters = counters;
    this.#clock = new ReadClock(port.timedRead);
  }

  /** Whether the next is likely to be one: the last was, and has been read in full. */
  predict(isLikely: boolean): void {
    this.#isLikely = isLikely;
    this.#trusted = 0;
  }

  /** Whether the next may be read by the call. */
  takes({ device }: OpenFile): boolean {
    return this.#isLikely && this.#read === null && device.isKnownToEndInLine(BUFFERED_READ);
  }

  /** What time it is, in ms, as performance.now() has it. */
  now(): number {
    return this.#clock.now();
  }

  /**
   * preadv2(2).
   *
   * @param position - where in the file it begins, in bytes, or {@link OWN_POSITION}
   * @param now - {@link LoneRead.now}
   * @returns null where not all of it is there: it goes the way of others
   */
  read(
    { fd }: OpenFile,
    { view, offset, length }: ReadInto,
    position: number,
    now: number,
  ): Promise<Read> | null {
    if (this.#lastView !== view) {
      this.#lastAddress = viewAddress(view);
      this.#lastView = view;
    }
    const bytesRead = this.#port.readAtOnce(fd, this.#lastAddress + offset, length, position);
    const took = this.#clock.note(now);
    const counters = this.#counters;
    if (!isNoAnswer(bytesRead)) {
      counters.submitted++;
      counters.inLine++;
    }
    if (bytesRead !== length) {
      this.predict(false);
      if (position === OWN_POSITION && bytesRead > 0) lseek(fd, -bytesRead, SEEK_CUR);
      return null;
    }
    const given = this.#promise({ bytesRead, buffer: view });
    counters.completed++;
    counters.latency.record(took, 1);
    return given;
  }

  /** The loop has turned: lets go of the view of the last, and of what is known of the time. */
  forget(): void {
    this.#lastView = null;
    this.#clock.forget();
  }

  #promise(read: Read): Promise<Read> {
    if (this.#trusted > 0 && read.bytesRead < WORTH_BYTES_EACH) {
      this.#trusted--;
      return resolved(read);
    }
    // Whoever hooks promises may ask for another meanwhile.
    this.#read = read;
    try {
      return chain(settled, this.#give);
    } catch (error) {
      this.#read = null;
      throw error;
    }
  }
}
