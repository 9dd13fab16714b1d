#include "read_cached.h"

#include <algorithm>
#include <cerrno>

#include "abi.h"
#include "files.h"

namespace aio_bind::kernel {
namespace {

// Where the kernel cuts a read that may not wait.
constexpr int64_t kPage = 4096;

// What stx_mode says. Not S_ISREG() and S_ISFIFO(): in musl, and in glibc before 2.30, <sys/stat.h>
// has a struct statx of its own beside that of <linux/stat.h>, which we need.
constexpr uint16_t kTypeMask = 0170000;
constexpr uint16_t kRegular = 0100000;
constexpr uint16_t kFifo = 0010000;

bool IsRegular(const StatxBuf& stat) { return (stat.stx_mode & kTypeMask) == kRegular; }

int Open(const char* pathname, uint64_t flags, uint64_t resolve = 0) {
  return Openat2(AT_FDCWD, pathname,
                 {.flags = flags | O_CLOEXEC, .mode = 0, .resolve = RESOLVE_CACHED | resolve});
}

// Without opening it, since that is an event to the writer of a FIFO, and to some devices.
int Check(const char* pathname, std::span<const DeviceNumber> devices) {
  const int fd = Open(pathname, O_PATH);
  if (fd < 0) return fd;
  StatxBuf stat = {};
  const int failure = Statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, &stat);
  Close(fd);
  if (failure < 0) return failure;
  if (!IsRegular(stat)) return -ENODEV;
  const bool known = std::ranges::any_of(devices, [&](const DeviceNumber& device) {
    return device.major == stat.stx_dev_major && device.minor == stat.stx_dev_minor;
  });
  return known ? 0 : -EXDEV;
}

bool IsFifo(int fd) {
  StatxBuf stat = {};
  const int failure = Statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, &stat);
  return failure == 0 && (stat.stx_mode & kTypeMask) == kFifo;
}

int64_t ReadToEnd(int fd, std::span<std::byte> buffer) {
  int64_t total = 0;
  for (;;) {
    const auto rest = buffer.subspan(static_cast<size_t>(total));
    if (rest.empty()) return -EFBIG;
    const int64_t count = Preadv2(fd, rest.data(), rest.size(), total, RWF_NOWAIT);
    if (count < 0) return count == -ESPIPE ? -ESPIPE : -ENODATA;
    total += count;
    // The file ends here, or the page cache does; but that ends with a page.
    if (count == 0 || (count < static_cast<int64_t>(rest.size()) && total % kPage != 0)) {
      return total;
    }
  }
}

}  // namespace

int64_t ReadCached(const char* pathname, std::span<std::byte> buffer,
                   std::span<const DeviceNumber> devices) {
  const int refusal = Check(pathname, devices);
  if (refusal < 0) return refusal;
  // Should a FIFO have come into its place meanwhile, that does not wait either; it cannot be read
  // at a position.
  const int fd = Open(pathname, O_RDONLY | O_NONBLOCK);
  if (fd < 0) return fd;
  const int64_t result = ReadToEnd(fd, buffer);
  Close(fd);
  return result == -ESPIPE ? -ENODEV : result;
}

int64_t ReadCachedOnMount(const char* pathname, std::span<std::byte> buffer, int* opened) {
  *opened = -1;
  const int fd = Open(pathname, O_RDONLY | O_NONBLOCK | O_NOCTTY, RESOLVE_NO_XDEV);
  if (fd < 0) return fd;
  const int64_t result = ReadToEnd(fd, buffer);
  if (result < 0 && IsFifo(fd)) {
    *opened = fd;
    return -ESPIPE;
  }
  Close(fd);
  return result;
}

}  // namespace aio_bind::kernel
