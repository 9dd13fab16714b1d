import { IOCB_CMD_POLL } from 'aio-bind';
import { checkInteger } from '../argument-errors.js';
import { OperationBase, type OperationOptions, stateToChange } from './operation-base.js';

/** What a poll is made with. */
export interface PollOperationOptions extends OperationOptions {
  /** POLL* bits, or-ed. */
  readonly mask: number;
}

/**
 * Waits, once, until a pipe, socket, eventfd, timerfd or the like is ready (IOCB_CMD_POLL, Linux 4.19).
 * The result is what it is ready for, POLL* bits, or-ed; 0 where it was cancelled. Where it had to wait, that
 * is what the descriptor announced, which may be more than was asked for (POLLRDNORM beside POLLIN). A regular
 * file is ready at once.
 *
 * Submission fails with EINVAL for what has no poll, or more than one queue to wait in: a FIFO that was
 * opened for reading and writing at once, and most terminals.
 *
 * @see poll(2)
 */
export class PollOperation extends OperationBase {
  readonly command = 'poll';
  #mask = 0;

  /**
   * @throws TypeError - ERR_INVALID_ARG_TYPE
   * @throws RangeError - ERR_OUT_OF_RANGE
   */
  constructor(options: PollOperationOptions) {
    super(IOCB_CMD_POLL, options);
    this.mask = options.mask;
  }

  /**
   * What to wait for: POLL* bits, or-ed, 0 to 0xffff. POLLERR and POLLHUP are reported though nobody asked.
   */
  get mask(): number {
    return this.#mask;
  }

  set mask(mask: number) {
    const { image } = stateToChange(this, 'mask');
    checkInteger('mask', mask, 0, 0xffff);
    this.#mask = image.buf = mask;
  }
}
