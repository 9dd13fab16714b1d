// What an iocb asks for: `aio_lio_opcode` (enum in linux/aio_abi.h).

/** Read into a buffer. Linux 2.5. */
export const IOCB_CMD_PREAD = 0;
/** Write from a buffer. Linux 2.5. */
export const IOCB_CMD_PWRITE = 1;
/** fsync(2) the file. Linux 4.18. */
export const IOCB_CMD_FSYNC = 2;
/** fdatasync(2) the file. Linux 4.18. */
export const IOCB_CMD_FDSYNC = 3;
// 4 was IOCB_CMD_PREADX. The header names it in a comment only, and the kernel answers EINVAL.
/** Wait until a descriptor is ready, once. Linux 4.19. */
export const IOCB_CMD_POLL = 5;
/** In the header, but never implemented: io_submit answers EINVAL. */
export const IOCB_CMD_NOOP = 6;
/** Read into several buffers. Linux 2.6.19. */
export const IOCB_CMD_PREADV = 7;
/** Write from several buffers. Linux 2.6.19. */
export const IOCB_CMD_PWRITEV = 8;
