import type { OpenFile } from './open-file.js';
import type { Command, Operation } from './operation.js';
import type { Read, ReadInto } from './read-batch.js';
import type { Sweep, SweepRanges } from './sweep.js';

/** What had become of an operation when it was given up on. */
export type Abandoned =
  /** It had settled before. */
  | 'settled'
  /** It was taken back: nothing of it has been done, nor will be. */
  | 'withdrawn'
  /** It goes on, unheard. */
  | 'goes on';

/**
 * Who carries operations out: the engine, or what stands before it.
 *
 * But for {@link Carrier.read}, its caller has claimed the stack for it: see claim-stack.ts.
 */
export interface Carrier {
  /** An operation to fill in and {@link start}. */
  create(): Operation;
  /** Takes an operation, which from now on is the carrier's. */
  start(operation: Operation): void;
  /**
   * Takes a read that nobody will give up on, if it can go with others like it, without an operation of its own.
   *
   * @param position - where in the file it begins, in bytes
   * @returns null where it has to be an operation
   * @throws RangeError - there is no stack left for it: nothing was taken, and nothing stays counted
   */
  read(file: OpenFile, wanted: ReadInto, position: number): Promise<Read> | null;
  /**
   * The same for a read at the descriptor's own position, which is moved on. The stack for it has been claimed: what is read,
   * and not given, is lost.
   *
   * @returns null where it has to go some other way
   */
  readOn(file: OpenFile, wanted: ReadInto): Promise<Read> | null;
  /** Whether these ranges can go as a sweep; else each goes as an operation. */
  takesSweep(command: Command, ranges: SweepRanges): boolean;
  /** Takes a sweep, which from now on is the carrier's. */
  startSweep(sweep: Sweep): void;
  /**
   * The same for a sweep that need not wait for the end of the tick: most have ended when it returns.
   *
   * @returns false where nothing of it was taken
   */
  startSweepAtOnce(sweep: Sweep): boolean;
  /**
   * Gives up on an operation. Whoever waits for it has to be told by the caller.
   *
   * @param generation - what the operation had when it was created; an earlier one has settled
   */
  abandon(operation: Operation, generation: number): Abandoned;
  /** Gives up on what is left of a sweep, in the same way. */
  abandonSweep(sweep: Sweep): void;
}
