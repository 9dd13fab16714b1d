// Which optional fields of an iocb count: `aio_flags` (linux/aio_abi.h).

/** `aio_resfd` names an eventfd that is signalled on completion. Linux 2.6.22. */
export const IOCB_FLAG_RESFD = 1;
/** `aio_reqprio` is an I/O priority (see `ioprio_value`). Linux 4.18. */
export const IOCB_FLAG_IOPRIO = 2;
