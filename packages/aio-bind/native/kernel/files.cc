#include "files.h"

#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>

namespace aio_bind::kernel {
namespace {

int Result(long result) { return static_cast<int>(result == -1 ? -errno : result); }

}  // namespace

int64_t Lseek(int fd, int64_t offset, int whence) {
  const int64_t position = lseek(fd, offset, whence);
  return position == -1 ? -errno : position;
}

int Openat2(int dirfd, const char* pathname, const OpenHow& how) {
  return Result(syscall(SYS_openat2, dirfd, pathname, &how, sizeof(how)));
}

int Statx(int dirfd, const char* pathname, int flags, uint32_t mask, StatxBuf* statxbuf) {
  return Result(syscall(SYS_statx, dirfd, pathname, flags, mask, statxbuf));
}

int64_t Preadv2(int fd, void* buffer, size_t length, int64_t offset, int flags) {
  const iovec iov = {.iov_base = buffer, .iov_len = length};
  // Not the C library's function, which is a point where a thread may be cancelled, and pays for
  // that with each call.
  const auto low = static_cast<unsigned long>(offset);
  const auto high = static_cast<unsigned long>(offset >> 32);  // not looked at where low has all
  const long count = syscall(SYS_preadv2, fd, &iov, 1UL, low, high, flags);
  if (count != -1) return count;
  // As there: where the call is not known, no flag is.
  return errno == ENOSYS && flags != 0 ? -EOPNOTSUPP : -errno;
}

int Close(int fd) { return Result(close(fd)); }

}  // namespace aio_bind::kernel
