import { IOCB_CMD_FDSYNC, IOCB_CMD_FSYNC } from 'aio-bind';
import { OperationBase, type OperationOptions } from './operation-base.js';

/**
 * Flushes a file's data and metadata to the device (IOCB_CMD_FSYNC, Linux 4.18). The result is 0.
 *
 * It covers the writes that have completed before; those in flight it may miss.
 *
 * @see fsync(2)
 */
export class FsyncOperation extends OperationBase {
  readonly command = 'fsync';

  /**
   * @throws TypeError - ERR_INVALID_ARG_TYPE
   * @throws RangeError - ERR_OUT_OF_RANGE
   */
  constructor(options: OperationOptions) {
    super(IOCB_CMD_FSYNC, options);
  }
}

/**
 * Flushes a file's data, and the metadata that is needed to read it back, to the device
 * (IOCB_CMD_FDSYNC, Linux 4.18). The result is 0.
 *
 * It covers the writes that have completed before; those in flight it may miss.
 *
 * @see fdatasync(2)
 */
export class FdatasyncOperation extends OperationBase {
  readonly command = 'fdatasync';

  /**
   * @throws TypeError - ERR_INVALID_ARG_TYPE
   * @throws RangeError - ERR_OUT_OF_RANGE
   */
  constructor(options: OperationOptions) {
    super(IOCB_CMD_FDSYNC, options);
  }
}
