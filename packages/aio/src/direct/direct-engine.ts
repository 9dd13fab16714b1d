import type { Abandoned, Carrier } from '../engine/carrier.js';
import type { OpenFile } from '../engine/open-file.js';
import type { Command, Operation } from '../engine/operation.js';
import type { Sweep, SweepRanges } from '../engine/sweep.js';
import {
  type DirectAlignment,
  areRangesAligned,
  isMemoryAligned,
  isRangeAligned,
} from './alignment.js';
import { type Way, bouncedRead, bouncedWrite } from './bounced.js';
import type { BufferedDescriptor } from './buffered-descriptor.js';
import { DirectWrites } from './direct-writes.js';
import { WriteTurns } from './write-turns.js';

/**
 * Stands before the engine for one file that is open for direct I/O, and finds a way for what is not aligned.
 *
 * - What is aligned goes on to the engine as it is.
 * - Any other read is bounced: see bounced.ts.
 * - So is a write of which only the memory is not aligned.
 * - Any other write goes through a second descriptor: see {@link BufferedDescriptor}. So do all writes to a
 *   file opened for appending, as only the kernel knows where it ends when they are written.
 */
export class DirectEngine implements Carrier {
  readonly #engine: Carrier;
  readonly #file: OpenFile;
  readonly #alignment: DirectAlignment;
  readonly #writes: DirectWrites;
  readonly #buffered: BufferedDescriptor;
  readonly #turns = new WriteTurns();
  /** What the engine does not have, but this. */
  readonly #held = new Set<Operation>();

  constructor(
    engine: Carrier,
    file: OpenFile,
    alignment: DirectAlignment,
    buffered: BufferedDescriptor,
  ) {
    this.#engine = engine;
    this.#file = file;
    this.#alignment = alignment;
    this.#buffered = buffered;
    this.#writes = new DirectWrites(file);
  }

  create(): Operation {
    return this.#engine.create();
  }

  start(operation: Operation): void {
    const { command, kind } = operation;
    if (kind === 0) this.#startSync(operation);
    else if (command?.reads !== true) this.#startWrite(operation);
    else if (this.#isAligned(operation)) this.#engine.start(operation);
    else {
      this.#hold(operation, () => {
        void this.#bounce(operation, bouncedRead, this.#file);
      });
    }
  }

  /** It may not be aligned, and goes to the device. */
  read(): null {
    return null;
  }

  readOn(): null {
    return null;
  }

  abandon(operation: Operation, generation: number): Abandoned {
    if (!this.#held.has(operation)) return this.#engine.abandon(operation, generation);
    if (operation.generation !== generation || !operation.isHeard) return 'settled';
    // It is let go when its turn comes, or its piece ends.
    operation.unhear();
    return 'goes on';
  }

  /** Writes take turns, each for itself. */
  takesSweep({ reads }: Command, ranges: SweepRanges): boolean {
    return reads && areRangesAligned(ranges, this.#alignment);
  }

  startSweep(sweep: Sweep): void {
    this.#engine.startSweep(sweep);
  }

  startSweepAtOnce(sweep: Sweep): boolean {
    return this.#engine.startSweepAtOnce(sweep);
  }

  abandonSweep(sweep: Sweep): void {
    this.#engine.abandonSweep(sweep);
  }

  /** Once those writes have ended, by whichever descriptor, that were issued before. */
  #startSync(operation: Operation): void {
    this.#file.begin();
    this.#writes.writes.after(() => {
      const start = (): void => {
        // Whatever the descriptor, it is the file that is synced.
        this.#engine.start(operation);
        this.#file.end();
      };
      const { file } = this.#buffered;
      if (file === null) start();
      else file.writes.after(start);
    });
  }

  #startWrite(operation: Operation): void {
    this.#hold(operation, () => {
      if (this.#file.append || !isRangeAligned(operation, this.#alignment)) {
        void this.#writeBuffered(operation);
        return;
      }
      this.#turns.take(this.#writes, () => {
        if (isMemoryAligned(operation, this.#alignment)) this.#handOver(operation, this.#writes);
        else void this.#bounceWrite(operation);
      });
    });
  }

  async #writeBuffered(operation: Operation): Promise<void> {
    try {
      const file = await this.#buffered.open(this.#file);
      this.#turns.take(file, () => {
        this.#handOver(operation, file);
      });
    } catch (error) {
      this.#fail(operation, error);
    }
  }

  async #bounceWrite(operation: Operation): Promise<void> {
    // It is under way in between its pieces too.
    const epoch = this.#writes.writes.enter();
    try {
      await this.#bounce(operation, bouncedWrite, this.#writes);
    } finally {
      this.#writes.writes.leave(epoch);
    }
  }

  async #bounce(
    operation: Operation,
    transfer: (operation: Operation, way: Way) => Promise<number>,
    file: OpenFile,
  ): Promise<void> {
    const way = { engine: this.#engine, alignment: this.#alignment, file };
    try {
      operation.settle(await transfer(operation, way));
      this.#letGo(operation);
    } catch (error) {
      this.#fail(operation, error);
    }
  }

  #isAligned(operation: Operation): boolean {
    return (
      isRangeAligned(operation, this.#alignment) && isMemoryAligned(operation, this.#alignment)
    );
  }

  /** @param begin - what comes next with it, now or later */
  #hold(operation: Operation, begin: () => void): void {
    this.#file.begin();
    this.#held.add(operation);
    begin();
  }

  /** The engine does the rest, by the descriptor of `file`. */
  #handOver(operation: Operation, file: OpenFile): void {
    if (!operation.isHeard) {
      this.#letGo(operation);
      return;
    }
    const { epoch } = operation;
    this.#held.delete(operation);
    operation.file = file;
    operation.epoch = file.writes.enter();
    this.#engine.start(operation);
    // Only now: a sync, or a close, must not come in between.
    if (epoch !== null) this.#file.writes.leave(epoch);
    this.#file.end();
  }

  #fail(operation: Operation, error: unknown): void {
    operation.reject?.(error);
    this.#letGo(operation);
  }

  /** It has settled, or nobody waits for it. The engine's pool has it no more: it is garbage. */
  #letGo(operation: Operation): void {
    const { epoch } = operation;
    operation.unhear();
    this.#held.delete(operation);
    if (epoch !== null) this.#file.writes.leave(epoch);
    this.#file.end();
  }
}
