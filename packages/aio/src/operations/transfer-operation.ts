import { checkInteger, invalidType, outOfRange } from '../argument-errors.js';
import {
  type CarriedOver,
  OperationBase,
  type OperationOptions,
  stateToChange,
} from './operation-base.js';

/** What every read and write can be made with. */
export interface TransferOptions extends OperationOptions {
  /** See {@link TransferOperation.offset}; 0 unless given. */
  readonly offset?: number | bigint | undefined;
  /** See {@link TransferOperation.flags}; 0 unless given. */
  readonly flags?: number | undefined;
}

const MAX_OFFSET = 2n ** 63n - 1n;

function checkOffset(offset: unknown): asserts offset is number | bigint {
  if (typeof offset === 'bigint') {
    if (offset < 0n || offset > MAX_OFFSET) {
      throw outOfRange('offset', `>= 0n and <= ${MAX_OFFSET}n`, offset);
    }
    return;
  }
  if (typeof offset !== 'number') throw invalidType('offset', 'of type number or bigint', offset);
  if (!Number.isSafeInteger(offset) || offset < 0) {
    throw outOfRange('offset', 'a safe integer >= 0, or a bigint', offset);
  }
}

/** What reads and writes have in common. */
export abstract class TransferOperation extends OperationBase {
  #offset: number | bigint = 0;
  #flags = 0;

  /** @hidden */
  constructor(opcode: number, options: TransferOptions) {
    super(opcode, options);
    if (options.offset !== undefined) this.offset = options.offset;
    if (options.flags !== undefined) this.flags = options.flags;
  }

  /**
   * Where in the file, in bytes from its start: 0 to 2^63 - 1, a safe integer or a bigint. A write to
   * a file that was opened to append goes to its end.
   */
  get offset(): number | bigint {
    return this.#offset;
  }

  set offset(offset: number | bigint) {
    const { image } = stateToChange(this, 'offset');
    checkOffset(offset);
    this.#offset = image.offset = offset;
  }

  /**
   * RWF_* flags, or-ed: how this one read or write is to be done. One that the kernel or the file
   * system does not know gives ENOTSUP, at submission or as the result.
   *
   * @see preadv2(2)
   */
  get flags(): number {
    return this.#flags;
  }

  set flags(flags: number) {
    const { image } = stateToChange(this, 'flags');
    checkInteger('flags', flags, 0, 2 ** 32 - 1);
    this.#flags = image.rwFlags = flags;
  }

  /** @hidden */
  protected override carriedOver(): CarriedOver {
    return { ...super.carriedOver(), offset: this.#offset, flags: this.#flags };
  }
}
