// An eventfd(2), non-blocking and close-on-exec.
//
// Owner: shared by all who signal or watch it; the descriptor is closed with the last of them, so
// that nobody ever writes to a number that has come to mean another file. Any thread.
#ifndef AIO_BIND_KERNEL_EVENT_FD_H_
#define AIO_BIND_KERNEL_EVENT_FD_H_

#include <cstdint>
#include <memory>

namespace aio_bind::kernel {

class EventFd {
 public:
  // Gives null and sets *error to -errno where eventfd(2) fails. Without memory it throws, and
  // leaves no descriptor.
  static std::shared_ptr<EventFd> Create(int* error);

  explicit EventFd(int fd) : fd_(fd) {}
  EventFd(const EventFd&) = delete;
  EventFd& operator=(const EventFd&) = delete;
  ~EventFd();

  int fd() const { return fd_; }
  void Signal() const;
  // Reads the counter back to zero; 0 if it was zero already.
  uint64_t Drain() const;

 private:
  const int fd_;
};

}  // namespace aio_bind::kernel

#endif  // AIO_BIND_KERNEL_EVENT_FD_H_
