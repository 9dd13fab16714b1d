#include "event_fd.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>

namespace aio_bind::kernel {

std::shared_ptr<EventFd> EventFd::Create(int* error) {
  const int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (fd < 0) {
    *error = -errno;
    return nullptr;
  }
  try {
    return std::make_shared<EventFd>(fd);
  } catch (...) {
    close(fd);
    throw;
  }
}

EventFd::~EventFd() { close(fd_); }

void EventFd::Signal() const {
  const uint64_t one = 1;
  // EAGAIN means that the counter is at its limit: the descriptor is readable, which is all that
  // a signal is for. EINTR cannot happen to a non-blocking eventfd.
  [[maybe_unused]] const ssize_t written = write(fd_, &one, sizeof one);
}

uint64_t EventFd::Drain() const {
  uint64_t count = 0;
  return read(fd_, &count, sizeof count) == sizeof count ? count : 0;
}

}  // namespace aio_bind::kernel
