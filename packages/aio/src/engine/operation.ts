import { errnoError } from 'aio-bind';
import { viewBytes } from './addresses.js';
import type { OpenFile } from './open-file.js';
import { rejectAtAwait } from './reject-at-await.js';
import type { OperationMessage, TraceScope } from './tracing.js';
import type { Vectors } from './vectors.js';
import type { Epoch } from './write-barrier.js';

/** Where an operation is on its way. */
export const IDLE = 0;
/** Waits for a slot, or for fewer bytes to be in flight. */
export const WAITING = 1;
/** Was given up on while it waited. */
export const WITHDRAWN = 5;
/** Has a slot, and goes with the next submission. */
export const QUEUED = 2;
/** The kernel has it, by the event loop's own io_submit(2). */
export const SUBMITTED = 3;
/** The submit threads have it. */
export const OFFLOADED = 4;

/** What kind of operation it is, and what becomes of its result. */
export interface Command {
  /** IOCB_CMD_* */
  readonly opcode: number;
  /** Bits of device.ts, buffered and direct; 0 for what takes no flags. */
  readonly buffered: number;
  readonly direct: number;
  readonly reads: boolean;
  /** As Node names it in errors. */
  readonly syscall: string;
  /** What the promise resolves to. */
  result(operation: Operation, bytes: number): unknown;
  /** As Node would do it, from its beginning: what earlier attempts have done is done again. */
  byNode(operation: Operation): unknown;
}

/** Whoever asked for many operations together, and hears of each by its number. */
export interface Group {
  /** @param outcome - bytes, or -errno */
  settled(member: number, outcome: number): void;
  /** The kernel does not do it: what Node's own method gives. */
  leftToNode(member: number, result: unknown): void;
}

/**
 * One operation, from call to settlement.
 *
 * Owner: the engine, which uses it again for another once it has settled; so nobody else keeps one.
 */
export class Operation {
  command: Command | null = null;
  file: OpenFile | null = null;

  /** Of what is still to be done: a buffer's, or that of the iovecs. */
  address = 0;
  /** Bytes still to be done, or how many iovecs. */
  nbytes = 0;
  /** Where in the file, in bytes. */
  offset = 0;
  rwFlags = 0;

  /** Where in `memory` the transfer begins, in bytes. */
  viewOffset = 0;
  /** Bytes in all. */
  bytes = 0;
  /** Bytes that earlier attempts have done. */
  done = 0;
  /** This attempt is told not to wait, so it may be refused or cut short. */
  nowait = false;
  /** It is too large, or its file system too slow, for the event loop's own io_submit. */
  offload = false;
  /** What it reads is on its way from the device: a submit thread has but to wait for it. */
  begun = false;
  /** No eventfd says when it ends: it is expected to have ended when io_submit returns. */
  unannounced = false;

  state: number = IDLE;
  /** When it was asked for, in ms, as performance.now() has it. */
  began = 0;
  slot = -1;
  generation = 0;

  /** The buffer or buffers, which live here until the kernel is done with them. */
  memory: unknown = null;
  /** The vectors that name them, for readv and writev. */
  vectors: Vectors | null = null;
  epoch: Epoch | null = null;
  /** Of those who trace. */
  scope: TraceScope | null = null;
  /** What its caller waits for. */
  promise: Promise<unknown> | null = null;
  resolve: ((value: unknown) => void) | null = null;
  reject: ((reason: unknown) => void) | null = null;
  /** Who hears of it in place of a promise. */
  group: Group | null = null;
  member = 0;

  get fd(): number {
    return this.file?.fd ?? -1;
  }

  get opcode(): number {
    return this.command?.opcode ?? -1;
  }

  /**
   * Part of it is done: what is left begins behind that.
   *
   * @returns false where the memory for that is not there any more: that part is all
   */
  advance(bytes: number): boolean {
    const rest = this.vectors?.after(bytes);
    if (rest === null || (rest === undefined && !this.#hasMemory)) return false;
    this.done += bytes;
    this.offset += bytes;
    if (rest === undefined) {
      this.address += bytes;
      this.nbytes -= bytes;
    } else {
      this.vectors = rest;
      this.address = rest.address;
      this.nbytes = rest.count;
    }
    return true;
  }

  /** Its buffer is as large as it was: a part that has been detached, or cut off, is somebody else's. */
  get #hasMemory(): boolean {
    const { memory, viewOffset, bytes } = this;
    return !ArrayBuffer.isView(memory) || viewBytes(memory) >= viewOffset + bytes;
  }

  /** The bit of device.ts that says what kind of operation it is; 0 for what takes no flags. */
  get kind(): number {
    if (this.command === null || this.file === null) return 0;
    return this.file.direct ? this.command.direct : this.command.buffered;
  }

  /** Whether anybody still waits for it. */
  get isHeard(): boolean {
    return this.resolve !== null || this.group !== null;
  }

  /** Nobody waits for it any more. */
  unhear(): void {
    this.promise = this.resolve = this.reject = this.group = null;
  }

  /**
   * What has come of it. An error behind bytes that were transferred comes with the next call, as in
   * read(2).
   *
   * @param result - of the last attempt: bytes, or -errno
   * @returns bytes of all attempts, or -errno
   */
  outcome(result: number): number {
    return result < 0 && this.done === 0 ? result : this.done + Math.max(result, 0);
  }

  /** @param result - of the last attempt: bytes, or -errno */
  settle(result: number): void {
    const { command, promise, resolve, reject } = this;
    // Nobody listens any more.
    if (command === null || resolve === null || reject === null) return;
    const outcome = this.outcome(result);
    if (outcome >= 0) resolve(command.result(this, outcome));
    else rejectAtAwait({ promise, resolve, reject }, () => errnoError(outcome, command.syscall));
  }

  /**
   * The kernel does not do it, or not all of it: Node does, from its beginning.
   *
   * @returns what Node's own method gives
   */
  settleByNode(): unknown {
    const { command, resolve, group, member } = this;
    const byNode = command?.byNode(this);
    resolve?.(byNode);
    group?.leftToNode(member, byNode);
    return byNode;
  }

  /** For those who trace. */
  message(): OperationMessage {
    const { command, fd, offset, done, bytes } = this;
    return { syscall: command?.syscall ?? '', fd, offset: offset - done, bytes };
  }

  clear(): void {
    this.command = null;
    this.file = null;
    this.rwFlags = 0;
    this.done = 0;
    this.nowait = false;
    this.offload = false;
    this.begun = false;
    this.unannounced = false;
    this.state = IDLE;
    this.slot = -1;
    this.memory = null;
    this.vectors = null;
    this.epoch = null;
    this.scope = null;
    this.unhear();
  }
}
