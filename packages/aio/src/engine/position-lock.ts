import { SEEK_CUR, SEEK_END, lseek } from 'aio-bind';
import { stackRefusal } from './claim-stack.js';
import type { Device } from './device.js';
import {
  type Patience,
  refusalBy,
  unlessAborted,
  wasWithdrawn,
  withinOneLimit,
} from './give-up.js';
import { learnLocal } from './local-devices.js';
import type { Epoch, WriteBarrier } from './write-barrier.js';

/** Whose position it is. */
interface Positioned {
  readonly fd: number;
  /** Opened with O_APPEND: writes go to the end. */
  readonly append: boolean;
  /** It may be written behind its end. */
  readonly regular: boolean;
  readonly device: Device;
  readonly writes: WriteBarrier;
  begin(): void;
  end(): void;
}

/**
 * Begins a transfer at a position.
 *
 * @param patience - what is left of the caller's, to be given to what is begun
 */
export type Begin<T> = (position: number, patience: Patience) => Promise<T>;

/**
 * The same for a write.
 *
 * @param epoch - which what is begun joins: it is what a sync that was asked for meanwhile waits for
 */
export type BeginWrite<T> = (position: number, patience: Patience, epoch: Epoch) => Promise<T>;

/** How many bytes were written; null stands for the result of a write that failed. */
export type Written<T> = (result: T | null) => number;

/**
 * Reads and writes without a position go where the descriptor's own is, and move it. Kernel AIO takes positions
 * only, so each of ours takes turns with the others: looks where that is, and transfers.
 *
 * Others may have the same open file (a child that it was given to, another thread, a call by number), and they have
 * no turns. So a write takes its place before it begins, by moving the position behind it, as write(2) would: nobody
 * else is told to write there. And the position is moved by how far, never to where it was expected to be.
 *
 * From the call on, though its turn may come late, the descriptor stays open for each of them, and a
 * sync that comes after a write waits for it.
 */
export class PositionLock {
  readonly #file: Positioned;
  #last: Promise<unknown> = Promise.resolve();
  /** Those that have not ended. */
  #turns = 0;
  /** The descriptor is to be at the end of the file, and has not been told. */
  #isDueAtEnd = false;

  constructor(file: Positioned) {
    this.#file = file;
  }

  /** Nobody has a turn, and the descriptor is where it should be. */
  get isIdle(): boolean {
    return this.#turns === 0 && !this.#isDueAtEnd;
  }

  /**
   * Reads when those before it have ended, or rejects where its caller's patience has by then.
   *
   * @param moved - how many bytes were read
   */
  read<T>(begin: Begin<T>, moved: (result: T) => number, patience: Patience): Promise<T> {
    const { fd } = this.#file;
    return this.#inTurn(async (left) => {
      this.#moveToEnd();
      const result = await begin(lseek(fd, 0, SEEK_CUR), left);
      const count = moved(result);
      if (count > 0) lseek(fd, count, SEEK_CUR);
      return result;
    }, patience);
  }

  /**
   * The same for a write, which need not take turns where the kernel finds the end itself.
   *
   * One that is given up on when the kernel has it keeps its place, since it may be written yet.
   *
   * @param length - how many bytes are to be written
   */
  write<T>(
    length: number,
    begin: BeginWrite<T>,
    written: Written<T>,
    patience: Patience,
  ): Promise<T> {
    const noStack = stackRefusal();
    if (noStack !== null) return noStack;
    const { append, regular, fd } = this.#file;
    if (append) {
      return this.#beforeSync((epoch) =>
        this.#whileOpen(async () => {
          let result: T | null = null;
          try {
            result = await begin(0, patience, epoch);
            return result;
          } finally {
            if (written(result) > 0) await this.#appended();
          }
        }),
      );
    }
    return this.#beforeSync((epoch) =>
      this.#inTurn(async (left) => {
        const beginHere = (at: number): Promise<T> => begin(at, left, epoch);
        const end = regular ? this.#moveOn(length) : null;
        if (end !== null) return this.#writeBefore(end, length, beginHere, written);
        let result: T | null = null;
        try {
          result = await beginHere(lseek(fd, 0, SEEK_CUR));
          return result;
        } finally {
          const count = written(result);
          if (count > 0) lseek(fd, count, SEEK_CUR);
        }
      }, patience),
    );
  }

  /** Runs what looks at the position and moves it by itself, when those before it have ended. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    return this.#inTurn(() => {
      this.#moveToEnd();
      return work();
    }, {});
  }

  /** The same for what writes. */
  aloneToWrite<T>(work: () => Promise<T>): Promise<T> {
    return stackRefusal() ?? this.beforeSync(this.alone(work));
  }

  /** A sync that is asked for from now on waits for this write. */
  beforeSync<T>(write: Promise<T>): Promise<T> {
    return this.#beforeSync(() => write);
  }

  async #beforeSync<T>(write: (epoch: Epoch) => Promise<T>): Promise<T> {
    const { writes } = this.#file;
    const epoch = writes.enter();
    try {
      return await write(epoch);
    } finally {
      writes.leave(epoch);
    }
  }

  /** write(2) leaves the descriptor at the end. Where that is, a server may have to be asked: not before somebody has to know. */
  async #appended(): Promise<void> {
    this.#isDueAtEnd = true;
    const { fd, device } = this.#file;
    const isLocal = learnLocal(device.dev, `/proc/self/fd/${fd}`);
    if (isLocal === true || (await isLocal)) this.#moveToEnd();
  }

  #moveToEnd(): void {
    if (!this.#isDueAtEnd) return;
    this.#isDueAtEnd = false;
    lseek(this.#file.fd, 0, SEEK_END);
  }

  /** @returns where the position is now; null where it can't be there: the write will be told why */
  #moveOn(length: number): number | null {
    try {
      return lseek(this.#file.fd, length, SEEK_CUR);
    } catch {
      return null;
    }
  }

  async #writeBefore<T>(
    end: number,
    length: number,
    begin: (position: number) => Promise<T>,
    written: Written<T>,
  ): Promise<T> {
    let result: T | null = null;
    let mayGoOn = false;
    try {
      result = await begin(end - length);
      return result;
    } catch (error) {
      mayGoOn = (error as Error).name === 'AbortError' && !wasWithdrawn(error as Error);
      throw error;
    } finally {
      if (!mayGoOn) this.#giveBack(end, length - written(result));
    }
  }

  /** Nothing was written there, so what comes next goes there; unless others are behind it already. */
  #giveBack(end: number, unused: number): void {
    if (unused === 0) return;
    const { fd } = this.#file;
    try {
      if (lseek(fd, 0, SEEK_CUR) === end) lseek(fd, -unused, SEEK_CUR);
    } catch {
      // Closed behind our back: it is nowhere.
    }
  }

  #inTurn<T>(work: (left: Patience) => Promise<T>, patience: Patience): Promise<T> {
    const noStack = stackRefusal();
    if (noStack !== null) return noStack;
    // With nobody to wait for, what is begun is given the patience as it is.
    if (this.#turns === 0) return this.#takeTurn(work, patience);
    return withinOneLimit(patience, (left) => this.#takeTurn(work, left));
  }

  async #takeTurn<T>(work: (left: Patience) => Promise<T>, patience: Patience): Promise<T> {
    // Not derived from what the caller gets: the stack of an error shows him only where nobody else waits for that.
    let passOn!: () => void;
    const turn = new Promise<void>((resolve) => {
      passOn = resolve;
    });
    this.#file.begin();
    const before = this.#turns++ === 0 ? null : this.#last;
    this.#last = turn;
    const end = (): void => {
      this.#file.end();
      this.#turns--;
      passOn();
    };
    if (before !== null) {
      try {
        await unlessAborted(before, patience.signal);
      } catch (error) {
        // Those behind it have their turn no sooner for that.
        void before.then(end);
        throw error;
      }
    }
    try {
      const refusal = refusalBy(patience);
      if (refusal !== null) throw refusal;
      return await work(patience);
    } finally {
      end();
    }
  }

  async #whileOpen<T>(work: () => Promise<T>): Promise<T> {
    this.#file.begin();
    try {
      return await work();
    } finally {
      this.#file.end();
    }
  }
}
