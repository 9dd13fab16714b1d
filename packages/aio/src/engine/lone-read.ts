import { performance } from 'node:perf_hooks';
import { SEEK_CUR, lseek } from 'aio-bind';
import { viewAddress } from './addresses.js';
import type { Counters } from './counters.js';
import { BUFFERED_READ } from './device.js';
import type { KernelPort } from './kernel-port.js';
import type { OpenFile } from './open-file.js';
import { OwnPromise, chain } from './own-promise.js';
import type { Read, ReadInto } from './read-batch.js';
import { UNANSWERED } from './read-together.js';

/** Of the descriptor, which is moved on. */
export const OWN_POSITION = -1;

const settled = OwnPromise.resolve();

/**
 * Reads of a program that awaits each before it asks for the next: such a one need not wait for what else its tick brings,
 * and is read by the call. Whether it is one is told by the one before; and the next is asked for when the result of this has
 * been given, so what is asked for earlier waits, to go with others.
 */
export class LoneRead {
  readonly #port: KernelPort;
  readonly #counters: Counters;
  /** The last read was alone, and read in full by preadv2(2). */
  isLikely = false;
  /** It has been read, and not been given yet. */
  #read: Read | null = null;
  readonly #give = (): Read => {
    const read = this.#read!;
    this.#read = null;
    return read;
  };
  #lastView: ArrayBufferView | null = null;
  #lastAddress = 0;

  constructor(port: KernelPort, counters: Counters) {
    this.#port = port;
    this.#counters = counters;
  }

  /** Whether the next may be read by the call. */
  takes({ device }: OpenFile): boolean {
    return this.isLikely && this.#read === null && device.isKnownToEndInLine(BUFFERED_READ);
  }

  /**
   * preadv2(2).
   *
   * @param position - where in the file it begins, in bytes, or {@link OWN_POSITION}
   * @param began - when it was asked for, in ms, as performance.now() has it
   * @returns null where not all of it is there: it goes the way of others
   */
  read(
    { fd }: OpenFile,
    { view, offset, length }: ReadInto,
    position: number,
    began: number,
  ): Promise<Read> | null {
    if (this.#lastView !== view) {
      this.#lastAddress = viewAddress(view);
      this.#lastView = view;
    }
    const bytesRead = this.#port.readAtOnce(fd, this.#lastAddress + offset, length, position);
    const counters = this.#counters;
    if (bytesRead !== UNANSWERED) {
      counters.submitted++;
      counters.inLine++;
    }
    if (bytesRead !== length) {
      this.isLikely = false;
      if (position === OWN_POSITION && bytesRead > 0) lseek(fd, -bytesRead, SEEK_CUR);
      return null;
    }
    const ended = performance.now();
    // Whoever hooks promises may ask for another meanwhile.
    this.#read = { bytesRead, buffer: view };
    let given: Promise<Read>;
    try {
      given = chain(settled, this.#give);
    } catch (error) {
      this.#read = null;
      throw error;
    }
    counters.completed++;
    counters.latency.record(ended - began, 1);
    return given;
  }

  /** Lets go of the view of the last. */
  forget(): void {
    this.#lastView = null;
  }
}
