import { IOPRIO_CLASS_IDLE, IOPRIO_CLASS_NONE, IOPRIO_NR_LEVELS, ioprio_value } from 'aio-bind';
import { checkInteger, checkObject, invalidType } from '../argument-errors.js';
import { showGetters } from '../show-getters.js';
import type { AioOperation } from './operation.js';
import { type AioFile, MAX_FD, OperationState } from './operation-state.js';

/** What an operation asks the kernel for. */
export type AioCommand = 'read' | 'write' | 'readv' | 'writev' | 'fsync' | 'fdatasync' | 'poll';

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

/** What stands behind an operation. */
export let stateOf: (operation: OperationBase) => OperationState;
let isOperation: (value: object) => value is OperationBase;

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

  readonly #state: OperationState;

  /** @hidden */
  constructor(opcode: number, options: OperationOptions) {
    checkObject('options', options);
    // Every class that extends this one is among them.
    const operation = this as unknown as AioOperation;
    this.#state = new OperationState(operation, opcode);
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
    return this.#state.file;
  }

  set file(file: AioFile) {
    stateToChange(this, 'file');
    // The getter of somebody's object may submit it: so once more then.
    if (typeof file === 'number') checkInteger('file', file, 0, MAX_FD);
    else if (typeof (file as { fd?: unknown } | null)?.fd !== 'number') {
      throw invalidType('file', 'a FileHandle, a descriptor, or an object that has an fd', file);
    }
    stateToChange(this, 'file').file = file;
  }

  /** The descriptor of {@link OperationBase.file} now; -1 when that has been closed. */
  get fd(): number {
    return this.#state.fd;
  }

  /**
   * An eventfd(2) that the kernel signals on completion, in place of the context's own; null for none.
   *
   * The event loop learns nothing of such a completion, so {@link AioContext.getEvents} has to
   * collect it: it cannot be awaited.
   */
  get eventfd(): number | null {
    return this.#state.eventfd;
  }

  set eventfd(fd: number | null) {
    const { image } = stateToChange(this, 'eventfd');
    if (fd !== null) checkInteger('eventfd', fd, 0, MAX_FD);
    this.#state.eventfd = image.eventfd = fd;
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
    return this.#state.priorityClass;
  }

  set priorityClass(priorityClass: number) {
    this.setPriority(priorityClass, this.priorityLevel);
  }

  /** The priority within its class, 0 (highest) to 7, for those classes that have levels: RT and BE. */
  get priorityLevel(): number {
    return this.#state.priorityLevel;
  }

  set priorityLevel(level: number) {
    this.setPriority(this.priorityClass, level);
  }

  /** Sets both. */
  setPriority(priorityClass: number, level: number): void {
    const { image } = stateToChange(this, 'priority');
    checkInteger('priorityClass', priorityClass, IOPRIO_CLASS_NONE, IOPRIO_CLASS_IDLE);
    checkInteger('priorityLevel', level, 0, IOPRIO_NR_LEVELS - 1);
    this.#state.priorityClass = priorityClass;
    this.#state.priorityLevel = level;
    // Without a class the kernel would refuse a level.
    const none = priorityClass === IOPRIO_CLASS_NONE;
    image.priority = none ? 0 : ioprio_value(priorityClass, level);
  }

  /**
   * Whether it has been submitted, or waits to be, and its event has not been collected yet. It can
   * be so for longer than somebody waits for it, where that was given up.
   */
  get inFlight(): boolean {
    return this.#state.context !== null;
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
    stateToChange(this, 'command');
    checkObject('options', options);
    if (typeof to !== 'function' || !(to.prototype instanceof OperationBase)) {
      throw invalidType('to', 'a class of operations', to);
    }
    if (this.constructor === to && Object.keys(options).length === 0) return this as unknown as O;
    const { length, ...carried } = this.carriedOver();
    // A length is that of the former buffer.
    const kept = length === undefined || 'buffer' in options ? carried : { ...carried, length };
    const operation = new to({ ...kept, ...options } as unknown as Options);
    this.#state.convertedTo = operation.command;
    return operation;
  }

  /** @hidden */
  protected carriedOver(): CarriedOver {
    const { file, eventfd, priorityClass, priorityLevel } = this.#state;
    return { file, eventfd, priorityClass, priorityLevel };
  }

  static {
    stateOf = (operation) => operation.#state;
    isOperation = (value): value is OperationBase => #state in value;
    showGetters(this);
  }
}

/**
 * For a change of `property`.
 *
 * @throws ERR_AIO_IN_FLIGHT, ERR_AIO_CONVERTED
 */
export function stateToChange(operation: OperationBase, property: string): OperationState {
  const state = stateOf(operation);
  state.checkChange(property);
  return state;
}

/** @throws TypeError - it is no operation */
export function operationState(operation: unknown): OperationState {
  if (typeof operation === 'object' && operation !== null && isOperation(operation)) {
    return stateOf(operation);
  }
  throw invalidType('operation', 'a ReadOperation, or another operation', operation);
}
