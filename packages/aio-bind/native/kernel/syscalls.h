// One thin function for each system call of kernel AIO. Each returns what the kernel returned:
// a count or 0, or -errno; errno itself is never used. glibc has no wrappers for these calls.
#ifndef AIO_BIND_KERNEL_SYSCALLS_H_
#define AIO_BIND_KERNEL_SYSCALLS_H_

#include "abi.h"

namespace aio_bind::kernel {

// io_setup(2)
long IoSetup(unsigned nr_events, aio_context_t* ctx_idp);

// io_destroy(2). Waits for everything in flight, and for a grace period even when idle.
long IoDestroy(aio_context_t ctx_id);

// io_submit(2)
long IoSubmit(aio_context_t ctx_id, long nr, iocb** iocbpp);

// io_getevents(2)
long IoGetevents(aio_context_t ctx_id, long min_nr, long nr, io_event* events,
                 __kernel_timespec* timeout);

// io_pgetevents(2), Linux 4.18
long IoPgetevents(aio_context_t ctx_id, long min_nr, long nr, io_event* events,
                  __kernel_timespec* timeout, const AioSigset* usig);

// io_cancel(2). -EINPROGRESS is how the kernel (since 4.19) says that it worked.
long IoCancel(aio_context_t ctx_id, iocb* iocb, io_event* result);

}  // namespace aio_bind::kernel

#endif  // AIO_BIND_KERNEL_SYSCALLS_H_
