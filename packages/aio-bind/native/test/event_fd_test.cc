// The class EventFd.
#include "../kernel/event_fd.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>

#include "fixtures.h"

namespace aio_bind::kernel {
namespace {

using namespace test;

std::shared_ptr<EventFd> Created() {
  int error = 0;
  std::shared_ptr<EventFd> created = EventFd::Create(&error);
  REQUIRE(created != nullptr);
  EXPECT_EQ(error, 0);
  return created;
}

CASE("an EventFd is non-blocking and closed on exec") {
  const auto counter = Created();
  EXPECT(fcntl(counter->fd(), F_GETFL) & O_NONBLOCK);
  EXPECT_EQ(fcntl(counter->fd(), F_GETFD), FD_CLOEXEC);
}

CASE("Drain gives the number of signals since the last one, and 0 when there were none") {
  const auto counter = Created();
  EXPECT_EQ(counter->Drain(), 0U);
  counter->Signal();
  counter->Signal();
  counter->Signal();
  EXPECT_EQ(counter->Drain(), 3U);
  EXPECT_EQ(counter->Drain(), 0U);
}

CASE("a signalled EventFd is readable until it is drained") {
  const auto counter = Created();
  pollfd state = {counter->fd(), POLLIN, 0};
  EXPECT_EQ(poll(&state, 1, 0), 0);
  counter->Signal();
  EXPECT_EQ(poll(&state, 1, 0), 1);
  counter->Drain();
  EXPECT_EQ(poll(&state, 1, 0), 0);
}

CASE("Signal at the counter's limit neither blocks nor wraps") {
  const auto counter = Created();
  const uint64_t most = ~uint64_t{0} - 1;
  REQUIRE_EQ(write(counter->fd(), &most, sizeof most), sizeof most);
  counter->Signal();
  EXPECT_EQ(counter->Drain(), most);
}

CASE("Drain gives 2^64-1 after the kernel has overflowed the counter") {
  const Context context;
  const Fd file = TempFile(512);
  const auto counter = Created();
  const uint64_t most = ~uint64_t{0} - 1;
  REQUIRE_EQ(write(counter->fd(), &most, sizeof most), sizeof most);
  const Pages page;
  EXPECT_EQ(context.Run(WithEventFd(Pread(file.get(), page.data(), 512), counter->fd())), 512);
  EXPECT_EQ(counter->Drain(), ~uint64_t{0});
}

CASE("the descriptor is closed with the last owner") {
  auto counter = Created();
  const int fd = counter->fd();
  auto other = counter;
  counter.reset();
  EXPECT(fcntl(fd, F_GETFD) != -1);
  other.reset();
  EXPECT_EQ(fcntl(fd, F_GETFD), -1);
  EXPECT_EQ(errno, EBADF);
}

CASE("Create gives null and -EMFILE where no descriptor is left") {
  rlimit limit{};
  REQUIRE_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlimit none = {0, limit.rlim_max};
  REQUIRE_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  int error = 0;
  EXPECT(EventFd::Create(&error) == nullptr);
  EXPECT_EQ(error, -EMFILE);
  REQUIRE_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);  // whoever looks for leaks opens files
}

}  // namespace
}  // namespace aio_bind::kernel
