import { SEEK_CUR, SEEK_END, SEEK_SET, lseek } from 'aio-bind';
import type { WriteBarrier } from './write-barrier.js';

/** Whose position it is. */
interface Positioned {
  readonly fd: number;
  /** Opened with O_APPEND: writes go to the end. */
  readonly append: boolean;
  readonly writes: WriteBarrier;
  begin(): void;
  end(): void;
}

/**
 * Reads and writes without a position go where the descriptor's own is, and move it. Kernel AIO takes
 * positions only, so they take turns: look where it is, transfer, set where it is then.
 *
 * From the call on, though its turn may come late, the descriptor stays open for each of them, and a
 * sync that comes after a write waits for it.
 */
export class PositionLock {
  readonly #file: Positioned;
  #last: Promise<unknown> = Promise.resolve();

  constructor(file: Positioned) {
    this.#file = file;
  }

  /**
   * Runs `transfer` when those before it have ended.
   *
   * @param transfer - is given the position
   * @param moved - how many bytes the position has moved on
   */
  run<T>(transfer: (position: number) => Promise<T>, moved: (result: T) => number): Promise<T> {
    const { fd } = this.#file;
    return this.alone(async () => {
      const position = lseek(fd, 0, SEEK_CUR);
      const result = await transfer(position);
      lseek(fd, position + moved(result), SEEK_SET);
      return result;
    });
  }

  /** The same for a write, which need not take turns where the kernel finds the end itself. */
  runWrite<T>(
    transfer: (position: number) => Promise<T>,
    moved: (result: T) => number,
  ): Promise<T> {
    const { append, fd } = this.#file;
    if (!append) return this.#beforeSync(this.run(transfer, moved));
    return this.#beforeSync(
      this.#whileOpen(async () => {
        const result = await transfer(0);
        if (moved(result) > 0) lseek(fd, 0, SEEK_END);
        return result;
      }),
    );
  }

  /** Runs what looks at the position and moves it by itself, when those before it have ended. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#whileOpen(() => this.#last.then(work));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** The same for what writes. */
  aloneToWrite<T>(work: () => Promise<T>): Promise<T> {
    return this.#beforeSync(this.alone(work));
  }

  async #whileOpen<T>(work: () => Promise<T>): Promise<T> {
    this.#file.begin();
    try {
      return await work();
    } finally {
      this.#file.end();
    }
  }

  async #beforeSync<T>(write: Promise<T>): Promise<T> {
    const { writes } = this.#file;
    const epoch = writes.enter();
    try {
      return await write;
    } finally {
      writes.leave(epoch);
    }
  }
}
