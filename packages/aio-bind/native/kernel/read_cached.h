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

// The same for a path that leads nowhere but on the mount that it begins on: for an absolute path
// that of the root directory. Whether its file system opens files without waiting is known
// beforehand, so that three system calls do: openat2(2), preadv2(2), close(2).
//
// What is no regular file is opened too, which is an event to the writer of a FIFO. So a FIFO stays
// open: `opened` is its descriptor then, with O_NONBLOCK, and the caller's to close. Else it is -1.
//
// Returns as ReadCached does, but
//   -EAGAIN   also where the path leads to another mount, which is not told apart; or
//   -EXDEV
//   -ESPIPE   a FIFO, which `opened` is; or another thing that has no positions
//   -ENODATA  also for a directory
int64_t ReadCachedOnMount(const char* pathname, std::span<std::byte> buffer, int* opened);

}  // namespace aio_bind::kernel

#endif  // AIO_BIND_KERNEL_READ_CACHED_H_
