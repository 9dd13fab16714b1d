// System calls on files that kernel AIO does not have. Each returns what the kernel returned, or
// -errno.
#ifndef AIO_BIND_KERNEL_FILES_H_
#define AIO_BIND_KERNEL_FILES_H_

#include <cstddef>
#include <cstdint>

#include "files_abi.h"

namespace aio_bind::kernel {

// lseek(2)
int64_t Lseek(int fd, int64_t offset, int whence);
// openat2(2)
int Openat2(int dirfd, const char* pathname, const OpenHow& how);
// statx(2)
int Statx(int dirfd, const char* pathname, int flags, uint32_t mask, StatxBuf* statxbuf);
// preadv2(2) into one buffer
int64_t Preadv2(int fd, void* buffer, size_t length, int64_t offset, int flags);
// close(2)
int Close(int fd);

}  // namespace aio_bind::kernel

#endif  // AIO_BIND_KERNEL_FILES_H_
