// IOCB_CMD_POLL (Linux 4.19): one-shot, and stricter about its fields than the rest.
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>

#include "fixtures.h"

namespace aio_bind::kernel {
namespace {

using namespace test;

CASE("a poll with offset, length or flags, or a mask of more than 16 bits, gives EINVAL") {
  const Context context;
  const Pipe pipe;
  const iocb good = Poll(pipe.read_end.get(), POLLIN);
  iocb bad = good;
  bad.aio_offset = 1;
  EXPECT_EQ(context.Submit(bad), -EINVAL);
  bad = good;
  bad.aio_nbytes = 1;
  EXPECT_EQ(context.Submit(bad), -EINVAL);
  bad = good;
  bad.aio_buf = 0x10000 | POLLIN;
  EXPECT_EQ(context.Submit(bad), -EINVAL);
  EXPECT_EQ(context.Run(WithFlags(good, RWF_NOWAIT)), -EINVAL);
}

CASE("a poll of what is ready gives only the bits that were asked for, in io_submit") {
  const Context context;
  const Pipe pipe;
  iocb poll = Poll(pipe.write_end.get(), POLLOUT);
  REQUIRE_EQ(context.Submit(poll), 1);
  const std::vector<io_event> events = context.Take(8);
  REQUIRE_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].res, POLLOUT);
}

CASE("a poll that is woken gives the waker's bits, more than were asked for too") {
  const Context context;
  const Pipe pipe;
  iocb poll = Poll(pipe.read_end.get(), POLLIN);
  REQUIRE_EQ(context.Submit(poll), 1);
  pipe.Fill();
  const int64_t result = context.Wait(1)[0].res;
  EXPECT_EQ(result & ~int64_t{POLLRDNORM}, POLLIN);
}

CASE("a poll is one-shot") {
  const Context context;
  const Pipe pipe;
  iocb poll = Poll(pipe.read_end.get(), POLLIN);
  REQUIRE_EQ(context.Submit(poll), 1);
  pipe.Fill();
  context.Wait(1);
  pipe.Fill();
  EXPECT_EQ(context.Take(8).size(), 0U);
}

CASE("a hang-up is reported though nobody asks for it") {
  const Context context;
  Pipe pipe;
  iocb poll = Poll(pipe.read_end.get(), 0);
  REQUIRE_EQ(context.Submit(poll), 1);
  pipe.write_end.Close();
  EXPECT_EQ(context.Wait(1)[0].res, POLLHUP);
}

CASE("sockets, eventfds, timerfds and epoll can be polled; a regular file is ready at once") {
  const Context context;
  const Fd counter(eventfd(1, 0));
  EXPECT_EQ(context.Run(Poll(counter.get(), POLLIN)), POLLIN);
  const Fd timer(timerfd_create(CLOCK_MONOTONIC, 0));
  const itimerspec soon = {{0, 0}, {0, 1}};
  REQUIRE_EQ(timerfd_settime(timer.get(), 0, &soon, nullptr), 0);
  EXPECT(context.Run(Poll(timer.get(), POLLIN)) & POLLIN);
  int sockets[2] = {-1, -1};
  REQUIRE_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
  const Fd left(sockets[0]);
  const Fd right(sockets[1]);
  EXPECT_EQ(context.Run(Poll(left.get(), POLLOUT)), POLLOUT);
  const Fd epoll(epoll_create1(0));
  epoll_event watched = {EPOLLIN, {}};
  REQUIRE_EQ(epoll_ctl(epoll.get(), EPOLL_CTL_ADD, counter.get(), &watched), 0);
  EXPECT_EQ(context.Run(Poll(epoll.get(), POLLIN)), POLLIN);
  const Fd file = TempFile(1);
  EXPECT_EQ(context.Run(Poll(file.get(), POLLIN | POLLOUT)), POLLIN | POLLOUT);
}

}  // namespace
}  // namespace aio_bind::kernel
