#include "syscalls.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#ifndef SYS_io_pgetevents
#error "the kernel headers here are older than Linux 4.18: install newer ones (linux-libc-dev)"
#endif

namespace aio_bind::kernel {
namespace {

template <typename... Args>
long Call(long number, Args... args) {
  const long result = syscall(number, args...);
  return result == -1 ? -static_cast<long>(errno) : result;
}

}  // namespace

long IoSetup(unsigned nr_events, aio_context_t* ctx_idp) {
  return Call(SYS_io_setup, nr_events, ctx_idp);
}

long IoDestroy(aio_context_t ctx_id) { return Call(SYS_io_destroy, ctx_id); }

long IoSubmit(aio_context_t ctx_id, long nr, iocb** iocbpp) {
  return Call(SYS_io_submit, ctx_id, nr, iocbpp);
}

long IoGetevents(aio_context_t ctx_id, long min_nr, long nr, io_event* events,
                 __kernel_timespec* timeout) {
  return Call(SYS_io_getevents, ctx_id, min_nr, nr, events, timeout);
}

long IoPgetevents(aio_context_t ctx_id, long min_nr, long nr, io_event* events,
                  __kernel_timespec* timeout, const AioSigset* usig) {
  return Call(SYS_io_pgetevents, ctx_id, min_nr, nr, events, timeout, usig);
}

long IoCancel(aio_context_t ctx_id, iocb* iocb, io_event* result) {
  return Call(SYS_io_cancel, ctx_id, iocb, result);
}

}  // namespace aio_bind::kernel
