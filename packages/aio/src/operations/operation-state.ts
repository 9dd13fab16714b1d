import { IOPRIO_CLASS_NONE } from 'aio-bind';
import { invalidType, outOfRange, stateError } from '../argument-errors.js';
import type { OpenFile } from '../engine/open-file.js';
import { servedNow } from '../handle/served.js';
import { IocbImage } from './iocb-image.js';
import { shrinkage } from './memory.js';
import type { AioOperation } from './operation.js';

type View = NodeJS.ArrayBufferView;

/** A FileHandle, or anything else that has a descriptor, or the number of one. */
export type AioFile = number | { readonly fd: number };

export const MAX_FD: number = 2 ** 31 - 1;

let made = 0;

/**
 * What stands behind an operation's public face: what it asks for, whose it is, and its iocb. Contexts
 * deal with this.
 */
export class OperationState {
  // What every submission looks at stands first, and so together.
  readonly operation: AioOperation;
  /** Whose it is while it is in flight. */
  #context: object | null = null;
  file: AioFile = -1;
  /** That of the file, when it was last looked at. */
  descriptor = -1;
  /** The memory of a read or write; null for other operations. */
  buffer: View | null = null;
  /** How much of it is transferred. */
  length = 0;
  eventfd: number | null = null;
  /** The command of what it was converted to. */
  convertedTo: string | null = null;
  /** Of a handle of ours: it is not closed meanwhile. */
  #held: OpenFile | null = null;
  /** It is in flight, and signals nobody when it has ended. */
  isSilent = false;
  /** Since its iocb was put into a slot. */
  changed = true;
  /** The slots among which it has, or had, one; 0 for none. */
  slots = 0;
  /** The one that it has, or had last. */
  slot = -1;
  /** What slots know it by. */
  readonly serial: number = ++made;
  readonly image: IocbImage;
  priorityClass: number = IOPRIO_CLASS_NONE;
  priorityLevel = 0;
  /** The memory of a readv or writev; null for other operations. */
  buffers: readonly View[] | null = null;
  /** How many bytes each of these had when they were set. */
  lengths: readonly number[] = [];

  constructor(operation: AioOperation, opcode: number) {
    this.operation = operation;
    this.image = new IocbImage(opcode);
  }

  /** The descriptor of its file now; -1 when that has been closed. */
  get fd(): number {
    return typeof this.file === 'number' ? this.file : this.file.fd;
  }

  /** Whose it is; null while it is its user's. */
  get context(): object | null {
    return this.#context;
  }

  /**
   * Before a change of `property`.
   *
   * @throws ERR_AIO_IN_FLIGHT, ERR_AIO_CONVERTED
   */
  checkChange(property: string): void {
    if (this.convertedTo !== null) throw this.#convertedError();
    if (this.#context === null) {
      this.changed = true;
      return;
    }
    throw stateError(
      'ERR_AIO_IN_FLIGHT',
      `The ${property} of a ${this.operation.command} operation cannot be changed while it is in flight: ` +
        'collect its event first',
    );
  }

  /**
   * Looks at its file, for it is to be submitted at once, or now and again then. That may be the getter of somebody's
   * object, which may do anything: whatever else is looked at comes after those of all.
   *
   * @returns what is wrong; null where nothing is
   */
  lookAtFile(): Error | null {
    try {
      const { fd } = this;
      if (!Number.isInteger(fd)) return invalidType('operation.file.fd', 'an integer', fd);
      // Its lower half would be that of another file. A negative one is that of a file that has been closed.
      if ((fd | 0) !== fd) return outOfRange('operation.file.fd', `>= 0 and <= ${MAX_FD}`, fd);
      this.descriptor = fd;
      return null;
    } catch (error) {
      return error as Error;
    }
  }

  /** @returns what is wrong with its memory now; null where nothing is */
  memoryProblem(): Error | null {
    if (this.buffer !== null) return shrinkage('buffer', this.buffer, this.length);
    if (this.buffers === null) return null;
    for (const [index, view] of this.buffers.entries()) {
      const problem = shrinkage(`buffers[${index}]`, view, this.lengths[index] ?? 0);
      if (problem !== null) return problem;
    }
    return null;
  }

  /** @throws whatever is in the way of its submission, its file aside: nothing that is wrong gets to the kernel */
  checkReady(): void {
    if (this.convertedTo !== null) throw this.#convertedError();
    if (this.#context !== null) {
      throw stateError(
        'ERR_AIO_IN_FLIGHT',
        `This ${this.operation.command} operation is in flight: it can be submitted again when its event ` +
          'has been collected',
      );
    }
    const problem = this.memoryProblem();
    if (problem !== null) throw problem;
  }

  /** It is a context's from now on, which submits it at once: the kernel has the file then. */
  takeOff(context: object): void {
    this.#context = context;
  }

  /**
   * What stands behind its file, where that is a handle of ours. It may be somebody's object as well, which may do
   * anything, or throw.
   */
  servedFile(): OpenFile | null {
    return typeof this.file === 'number' ? null : (servedNow(this.file)?.file ?? null);
  }

  /** It waits to be submitted: until it has ended, a handle of ours is not closed, unless it is already. */
  holdFile(served: OpenFile | null): void {
    if (served === null || served.leftToNode) return;
    this.#held = served;
    served.begin();
  }

  /** It is its user's again. */
  land(): void {
    this.#context = null;
    if (this.#held === null) return;
    const held = this.#held;
    this.#held = null;
    held.end();
  }

  #convertedError(): Error {
    return stateError(
      'ERR_AIO_CONVERTED',
      `This ${this.operation.command} operation was converted to a ${this.convertedTo} operation: use that one`,
    );
  }
}
