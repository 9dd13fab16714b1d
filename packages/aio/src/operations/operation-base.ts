import { IOPRIO_CLASS_IDLE, IOPRIO_CLASS_NONE, IOPRIO_NR_LEVELS, ioprio_value } from 'aio-bind';
import { checkInteger, checkObject, invalidType, stateError } from '../argument-errors.js';
import type { OpenFile } from '../engine/open-file.js';
import { servedNow } from '../handle/served.js';
import { IocbImage } from './iocb-image.js';

/** What an operation asks the kernel for. */
export type AioCommand = 'read' | 'write' | 'readv' | 'writev' | 'fsync' | 'fdatasync' | 'poll';

/** A FileHandle, or anything else that has a descriptor, or the number of one. */
export type AioFile = number | { readonly fd: number };

/** What every operation can be made with. */
export interface OperationOptions {
  /** What is read, written, synced or polled. */
  readonly file: AioFile;
  /** See {@link OperationBase.eventfd}; null unless given. */
  readonly eventfd?: number | null | undefined;
  /** See {@link OperationBase.priorityClass}; IOPRIO_CLASS_NONE unless given. */
  readonly priorityClass?: number | undefined;
  /** See {@link OperationBase.priorityLevel}; 0 unless given. */
  readonly priorityLevel?: number | undefined;
}

/** What an operation has that one of another command may need. */
export interface CarriedOver extends OperationOptions {
  readonly offset?: number | bigint;
  readonly flags?: number;
  readonly buffer?: NodeJS.ArrayBufferView;
  readonly length?: number;
  readonly buffers?: readonly NodeJS.ArrayBufferView[];
}

/** A class of operations, as {@link OperationBase.convert} takes it. */
export type OperationClass<O, Options> = new (options: Options) => O;

const MAX_FD = 2 ** 31 - 1;

let changeOf: (operation: OperationBase, property: string) => IocbImage;
let checkReady: (operation: OperationBase) => void;
let memoryProblemOf: (operation: OperationBase) => Error | null;
let takeOffOf: (operation: OperationBase, context: object) => void;
let landOf: (operation: OperationBase) => void;
let contextOf: (operation: OperationBase) => object | null;
let fill: (operation: OperationBase, words: Uint32Array, slot: number, eventfd: number) => void;

/**
 * What all operations have in common. An operation is made once and submitted as often as it is
 * needed, by {@link AioContext.submit} or {@link AioContext.run} of any context of its thread, with
 * nothing allocated.
 *
 * Between submissions everything about it can be set. While it is in flight nothing can
 * (ERR_AIO_IN_FLIGHT), and its memory and its file are kept alive.
 */
export abstract class OperationBase {
  /** What it asks the kernel for. */
  abstract readonly command: AioCommand;

  readonly #image: IocbImage;
  #file: AioFile = -1;
  #eventfd: number | null = null;
  #priorityClass: number = IOPRIO_CLASS_NONE;
  #priorityLevel = 0;
  /** Whose it is while it is in flight. */
  #context: object | null = null;
  /** Of a handle of ours: it is not closed meanwhile. */
  #held: OpenFile | null = null;
  #convertedTo: string | null = null;

  /** @hidden */
  constructor(opcode: number, options: OperationOptions) {
    checkObject('options', options);
    this.#image = new IocbImage(opcode);
    const { file, eventfd, priorityClass, priorityLevel } = options;
    this.file = file;
    if (eventfd !== undefined) this.eventfd = eventfd;
    this.setPriority(priorityClass ?? IOPRIO_CLASS_NONE, priorityLevel ?? 0);
  }

  /**
   * The file: whose descriptor it is at the moment of submission. The kernel keeps the file from
   * then on; until then a descriptor that is given as a number must stay open.
   */
  get file(): AioFile {
    return this.#file;
  }

  set file(file: AioFile) {
    changeOf(this, 'file');
    if (typeof file === 'number') checkInteger('file', file, 0, MAX_FD);
    else if (typeof (file as { fd?: unknown } | null)?.fd !== 'number') {
      throw invalidType('file', 'a FileHandle, a descriptor, or an object that has an fd', file);
    }
    this.#file = file;
  }

  /** The descriptor of {@link OperationBase.file} now; -1 when that has been closed. */
  get fd(): number {
    return typeof this.#file === 'number' ? this.#file : this.#file.fd;
  }

  /**
   * An eventfd(2) that the kernel signals on completion, in place of the context's own; null for none.
   *
   * The event loop learns nothing of such a completion, so {@link AioContext.getEvents} has to
   * collect it: it cannot be awaited.
   */
  get eventfd(): number | null {
    return this.#eventfd;
  }

  set eventfd(fd: number | null) {
    const image = changeOf(this, 'eventfd');
    if (fd !== null) checkInteger('eventfd', fd, 0, MAX_FD);
    this.#eventfd = image.eventfd = fd;
  }

  /**
   * The I/O priority's class: IOPRIO_CLASS_NONE (that of the process), IOPRIO_CLASS_RT (which needs
   * CAP_SYS_ADMIN or CAP_SYS_NICE: else submission fails with EPERM), IOPRIO_CLASS_BE or
   * IOPRIO_CLASS_IDLE. It has an effect on reads and writes only, and only where the device has an I/O
   * scheduler that knows priorities.
   *
   * @see ioprio_set(2)
   */
  get priorityClass(): number {
    return this.#priorityClass;
  }

  set priorityClass(priorityClass: number) {
    this.setPriority(priorityClass, this.#priorityLevel);
  }

  /** The priority within its class, 0 (highest) to 7, for those classes that have levels: RT and BE. */
  get priorityLevel(): number {
    return this.#priorityLevel;
  }

  set priorityLevel(level: number) {
    this.setPriority(this.#priorityClass, level);
  }

  /** Sets both. */
  setPriority(priorityClass: number, level: number): void {
    const image = changeOf(this, 'priority');
    checkInteger('priorityClass', priorityClass, IOPRIO_CLASS_NONE, IOPRIO_CLASS_IDLE);
    checkInteger('priorityLevel', level, 0, IOPRIO_NR_LEVELS - 1);
    this.#priorityClass = priorityClass;
    this.#priorityLevel = level;
    // Without a class the kernel would refuse a level.
    const none = priorityClass === IOPRIO_CLASS_NONE;
    image.priority = none ? 0 : ioprio_value(priorityClass, level);
  }

  /**
   * Whether it has been submitted, or waits to be, and its event has not been collected yet. It can
   * be so for longer than somebody waits for it, where that was given up.
   */
  get inFlight(): boolean {
    return this.#context !== null;
  }

  /**
   * Makes an operation of another command of it, with all that applies to both: file, eventfd and
   * priority always; offset and flags, and the memory, among reads and writes. A vector of one buffer
   * becomes that buffer, and a buffer a vector of one. The old operation refuses every use from then
   * on (ERR_AIO_CONVERTED).
   *
   * @param to - the class: {@link ReadOperation}, {@link PollOperation}, ...
   * @param options - what is to be different, and what this operation does not have but the other
   * needs (a buffer, a mask)
   * @returns the new operation; this one, where it is of that class already and nothing is to be different
   * @throws TypeError - something that the other needs is missing; this operation is as it was
   * @throws ERR_AIO_IN_FLIGHT - it is in flight
   */
  convert<O extends OperationBase, Options>(
    to: OperationClass<O, Options>,
    options: Partial<Options> = {},
  ): O {
    changeOf(this, 'command');
    checkObject('options', options);
    if (typeof to !== 'function' || !(to.prototype instanceof OperationBase)) {
      throw invalidType('to', 'a class of operations', to);
    }
    if (this.constructor === to && Object.keys(options).length === 0) return this as unknown as O;
    const { length, ...carried } = this.carriedOver();
    // A length is that of the former buffer.
    const kept = length === undefined || 'buffer' in options ? carried : { ...carried, length };
    const operation = new to({ ...kept, ...options } as unknown as Options);
    this.#convertedTo = operation.command;
    return operation;
  }

  /** @hidden */
  protected carriedOver(): CarriedOver {
    return {
      file: this.#file,
      eventfd: this.#eventfd,
      priorityClass: this.#priorityClass,
      priorityLevel: this.#priorityLevel,
    };
  }

  /** @hidden What is wrong with its memory, now that it is to be submitted. */
  protected memoryProblem(): Error | null {
    return null;
  }

  #checkUnconverted(): void {
    if (this.#convertedTo === null) return;
    throw stateError(
      'ERR_AIO_CONVERTED',
      `This ${this.command} operation was converted to a ${this.#convertedTo} operation: use that one`,
    );
  }

  static {
    changeOf = (operation, property) => {
      operation.#checkUnconverted();
      if (operation.#context !== null) {
        throw stateError(
          'ERR_AIO_IN_FLIGHT',
          `The ${property} of a ${operation.command} operation cannot be changed while it is in flight: ` +
            'collect its event first',
        );
      }
      return operation.#image;
    };
    checkReady = (operation) => {
      operation.#checkUnconverted();
      if (operation.#context !== null) {
        throw stateError(
          'ERR_AIO_IN_FLIGHT',
          `This ${operation.command} operation is in flight: it can be submitted again when its event ` +
            'has been collected',
        );
      }
      if (!Number.isInteger(operation.fd)) {
        throw invalidType('operation.file.fd', 'an integer', operation.fd);
      }
      const problem = operation.memoryProblem();
      if (problem !== null) throw problem;
    };
    memoryProblemOf = (operation) => operation.memoryProblem();
    takeOffOf = (operation, context) => {
      operation.#context = context;
      const file = operation.#file;
      if (typeof file === 'number') return;
      const held = servedNow(file)?.file ?? null;
      held?.begin();
      operation.#held = held;
    };
    landOf = (operation) => {
      operation.#context = null;
      const held = operation.#held;
      operation.#held = null;
      held?.end();
    };
    contextOf = (operation) => operation.#context;
    fill = (operation, words, slot, eventfd) => {
      operation.#image.copyTo(words, slot, operation.fd, eventfd);
    };
  }
}

/**
 * For a change of `property`.
 *
 * @throws ERR_AIO_IN_FLIGHT, ERR_AIO_CONVERTED
 */
export function imageToChange(operation: OperationBase, property: string): IocbImage {
  return changeOf(operation, property);
}

/** @throws whatever is in the way of its submission: nothing that is wrong gets to the kernel */
export function checkSubmittable(operation: unknown): asserts operation is OperationBase {
  if (!(operation instanceof OperationBase)) {
    throw invalidType('operation', 'a ReadOperation, or another operation', operation);
  }
  checkReady(operation);
}

/** What is wrong with its memory, if anything. */
export function memoryProblem(operation: OperationBase): Error | null {
  return memoryProblemOf(operation);
}

/** It is a context's from now on. */
export function takeOff(operation: OperationBase, context: object): void {
  takeOffOf(operation, context);
}

/** It is its user's again. */
export function land(operation: OperationBase): void {
  landOf(operation);
}

/** Whose it is; null while it is its user's. */
export function contextHaving(operation: OperationBase): object | null {
  return contextOf(operation);
}

/** Writes its iocb into a slot. */
export function fillSlot(
  operation: OperationBase,
  words: Uint32Array,
  slot: number,
  eventfd: number,
): void {
  fill(operation, words, slot, eventfd);
}
