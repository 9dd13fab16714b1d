#ifndef AIO_BIND_KERNEL_READ_CACHED_H_
#define AIO_BIND_KERNEL_READ_CACHED_H_

#include <cstddef>
#include <cstdint>
#include <span>

namespace aio_bind::kernel {

struct DeviceNumber {
  uint32_t major;
  uint32_t minor;
};

// Reads a whole regular file if it is in memory: the path in the directory cache, the contents in
// the page cache. It waits for nothing, as long as the file systems of `devices` open files
// without.
//
// Five to seven system calls: openat2(2), statx(2) and close(2) to learn what it is without opening
// it, openat2(2), preadv2(2) until the end, close(2). Together, since each way into JavaScript and
// back costs as much as one of them.
//
// Returns how many bytes there are, or
//   -ENODEV   not a regular file
//   -EXDEV    not on one of `devices`
//   -EFBIG    larger than `buffer`
//   -ENODATA  not in the page cache as a whole, or it cannot be read without waiting
//   -EAGAIN   not in the directory cache
//   and what else openat2(2) fails with
int64_t ReadCached(const char* pathname, std::span<std::byte> buffer,
                   std::span<const DeviceNumber> devices);

}  // namespace aio_bind::kernel

#endif  // AIO_BIND_KERNEL_READ_CACHED_H_
