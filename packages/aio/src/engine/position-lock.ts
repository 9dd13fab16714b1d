import { SEEK_CUR, SEEK_END, SEEK_SET, lseek } from 'aio-bind';
import { stackRefusal } from './claim-stack.js';
import type { WriteBarrier } from './write-barrier.js';

/** Whose position it is. */
interface Positioned {
  readonly fd: number;
  /** Opened with O_APPEND: writes go to the end. */
  readonly append: boolean;
  readonly writes: WriteBarrier;
  /** Node does what is asked. */
  readonly leftToNode: boolean;
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
  /** Those that have not ended. */
  #turns = 0;
  /** Where the descriptor should be, and is not yet. */
  #due: number | null = null;
  /** Something goes on that will move it again. */
  #isMoving = false;
  #willSettle = false;

  constructor(file: Positioned) {
    this.#file = file;
  }

  /** Nobody has a turn, and the descriptor is where it should be. */
  get isIdle(): boolean {
    return this.#turns === 0 && this.#due === null;
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
    const noStack = stackRefusal();
    if (noStack !== null) return noStack;
    const { append, fd } = this.#file;
    if (!append) return this.#beforeSync(this.run(transfer, moved));
    return this.#beforeSync(
      this.#whileOpen(async () => {
        const result = await transfer(0);
        this.settle();
        if (moved(result) > 0) lseek(fd, 0, SEEK_END);
        return result;
      }),
    );
  }

  /**
   * {@link run} for one of many that follow each other: where the next comes at once, the descriptor is not told
   * in between, and not asked. It is told when there is none by the end of this turn of the loop, when others
   * have their turn, or by {@link settle}.
   */
  runLazily<T>(
    transfer: (position: number) => Promise<T>,
    moved: (result: T) => number,
  ): Promise<T> {
    const noStack = stackRefusal();
    if (noStack !== null) return noStack;
    return this.#inTurn(async () => {
      const position = this.#due ?? lseek(this.#file.fd, 0, SEEK_CUR);
      this.#isMoving = true;
      try {
        const result = await transfer(position);
        this.#due = position + moved(result);
        return result;
      } finally {
        this.#isMoving = false;
        if (this.#file.leftToNode) this.settle();
        else this.#settleLater();
      }
    });
  }

  /** The same for a write, of a file that is not appended to. */
  runWriteLazily<T>(
    transfer: (position: number) => Promise<T>,
    moved: (result: T) => number,
  ): Promise<T> {
    return stackRefusal() ?? this.#beforeSync(this.runLazily(transfer, moved));
  }

  /** Tells the descriptor where it is, if that is still due. */
  settle(): void {
    const due = this.#due;
    if (due === null) return;
    this.#due = null;
    try {
      lseek(this.#file.fd, due, SEEK_SET);
    } catch {
      // Closed behind our back: it is nowhere.
    }
  }

  /** Runs what looks at the position and moves it by itself, when those before it have ended. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const noStack = stackRefusal();
    if (noStack !== null) return noStack;
    return this.#inTurn(() => {
      this.settle();
      return work();
    });
  }

  /** The same for what writes. */
  aloneToWrite<T>(work: () => Promise<T>): Promise<T> {
    return stackRefusal() ?? this.#beforeSync(this.alone(work));
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    // Not derived from what the caller gets: the stack of an error shows him only where nobody else waits for that.
    let ended!: () => void;
    const turn = new Promise<void>((resolve) => {
      ended = resolve;
    });
    this.#file.begin();
    const before = this.#turns++ === 0 ? null : this.#last;
    this.#last = turn;
    try {
      if (before !== null) await before;
      return await work();
    } finally {
      this.#file.end();
      this.#turns--;
      ended();
    }
  }

  #settleLater(): void {
    if (this.#willSettle) return;
    this.#willSettle = true;
    setImmediate(() => {
      this.#willSettle = false;
      // The next has come: it is told after that.
      if (!this.#isMoving) this.settle();
    });
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
