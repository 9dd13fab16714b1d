import { types } from 'node:util';
import { checkInteger, invalidType } from './argument-errors.js';
import { LITTLE_ENDIAN } from './endian.js';
import { layout } from './layout.js';

const field = layout.io_event;

/**
 * A view of one `struct io_event` (linux/aio_abi.h): how an operation ended.
 *
 * @see io_getevents(2)
 */
export class IoEvent {
  readonly #view: DataView;

  /**
   * @param memory - that of an {@link IoEventArray}, or some of its own
   * @param index - which event of that memory
   */
  constructor(memory: ArrayBufferLike = new ArrayBuffer(field.size), index = 0) {
    if (!types.isAnyArrayBuffer(memory)) throw invalidType('memory', 'an ArrayBuffer', memory);
    checkInteger('index', index, 0, Math.floor(memory.byteLength / field.size) - 1);
    this.#view = new DataView(memory, index * field.size, field.size);
  }

  /** The `aio_data` of the iocb when it was submitted. */
  get data(): bigint {
    return this.#view.getBigUint64(field.data, LITTLE_ENDIAN);
  }

  /** The address of the iocb ({@link Iocb.address}, {@link IocbSlab.slotOf}). */
  get obj(): bigint {
    return this.#view.getBigUint64(field.obj, LITTLE_ENDIAN);
  }

  /**
   * Bytes read or written, 0 for fsync, the ready events of a poll (0 if it was cancelled); a
   * negative errno where it failed ({@link errnoError} makes an Error of it).
   */
  get res(): bigint {
    return this.#view.getBigInt64(field.res, LITTLE_ENDIAN);
  }

  /** A second result that a few drivers give; else 0. */
  get res2(): bigint {
    return this.#view.getBigInt64(field.res2, LITTLE_ENDIAN);
  }
}
