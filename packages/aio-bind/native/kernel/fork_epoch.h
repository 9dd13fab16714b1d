// Tells a forked child apart from the process that set a context up.
//
// Kernel AIO does not survive fork(2): every call with an inherited context gives EINVAL. The
// ring is kept from the child by MADV_DONTFORK, so a look at it there would fault; whoever holds
// a pointer into a ring compares epochs first. (getpid(2) would cost a system call per look.)
#ifndef AIO_BIND_KERNEL_FORK_EPOCH_H_
#define AIO_BIND_KERNEL_FORK_EPOCH_H_

#include <cstdint>

namespace aio_bind::kernel {

// How many times this process image has been forked off since the addon was loaded.
uint32_t ForkEpoch();

}  // namespace aio_bind::kernel

#endif  // AIO_BIND_KERNEL_FORK_EPOCH_H_
