// io_getevents(2): its checks, its waiting, and that no event is lost with a call that fails.
#include <poll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <thread>

#include "../kernel/syscalls.h"
#include "fixtures.h"

namespace aio_bind::kernel {
namespace {

using namespace test;

// Completes in io_submit(2): there is always room in an empty pipe.
struct Ready {
  Pipe pipe;
  iocb operation = Poll(pipe.write_end.get(), POLLOUT);
};

CASE("io_getevents on context 0, -1 or an invented one gives EINVAL") {
  io_event event{};
  __kernel_timespec now = {0, 0};
  for (const aio_context_t id : {0UL, ~0UL, 0x12345678UL}) {
    EXPECT_EQ(IoGetevents(id, 0, 1, &event, &now), -EINVAL);
  }
}

CASE("min -1, nr -1 and min > nr give EINVAL") {
  const Context context;
  io_event events[2];
  __kernel_timespec now = {0, 0};
  EXPECT_EQ(IoGetevents(context.id(), -1, 1, events, &now), -EINVAL);
  EXPECT_EQ(IoGetevents(context.id(), 0, -1, events, &now), -EINVAL);
  EXPECT_EQ(IoGetevents(context.id(), -1, -1, events, &now), -EINVAL);
  EXPECT_EQ(IoGetevents(context.id(), 2, 1, events, &now), -EINVAL);
}

CASE("min 0 and nr 0 give 0, and the event stays") {
  const Context context;
  Ready ready;
  REQUIRE_EQ(context.Submit(ready.operation), 1);
  EXPECT_EQ(IoGetevents(context.id(), 0, 0, nullptr, nullptr), 0);
  EXPECT_EQ(context.Take(8).size(), 1U);
}

CASE("a bad events pointer gives EFAULT, and completed events survive it") {
  const Context context;
  Ready ready;
  for (uint64_t i = 0; i < 2; ++i) {
    ready.operation.aio_data = i;
    REQUIRE_EQ(context.Submit(ready.operation), 1);
  }
  EXPECT_EQ(IoGetevents(context.id(), 1, 2, nullptr, nullptr), -EFAULT);
  EXPECT_EQ(IoGetevents(context.id(), 1, 2, BadPointer<io_event>(), nullptr), -EFAULT);
  // Room for one event, then a page that nobody may write to.
  const Pages pages(2);
  pages.Protect(1, 1, PROT_READ);
  auto* const last = reinterpret_cast<io_event*>(pages.data() + PageSize()) - 1;
  EXPECT_EQ(IoGetevents(context.id(), 1, 2, last, nullptr), -EFAULT);
  const std::vector<io_event> events = context.Wait(2);
  EXPECT_EQ(events[0].data, 0U);
  EXPECT_EQ(events[1].data, 1U);
}

CASE("a bad timeout pointer gives EFAULT, and completed events survive it") {
  const Context context;
  Ready ready;
  REQUIRE_EQ(context.Submit(ready.operation), 1);
  io_event event{};
  EXPECT_EQ(IoGetevents(context.id(), 1, 1, &event, BadPointer<__kernel_timespec>()), -EFAULT);
  EXPECT_EQ(context.Take(8).size(), 1U);
}

CASE("a zero timeout with nothing in flight gives 0 at once") {
  const Context context;
  io_event event{};
  __kernel_timespec now = {0, 0};
  EXPECT_EQ(IoGetevents(context.id(), 1, 1, &event, &now), 0);
}

CASE("no timeout with min 0 gives what is there") {
  const Context context;
  Ready ready;
  io_event events[4];
  EXPECT_EQ(IoGetevents(context.id(), 0, 4, events, nullptr), 0);
  for (int i = 0; i < 3; ++i) REQUIRE_EQ(context.Submit(ready.operation), 1);
  EXPECT_EQ(IoGetevents(context.id(), 0, 2, events, nullptr), 2);
  EXPECT_EQ(IoGetevents(context.id(), 0, 4, events, nullptr), 1);
}

CASE("a timeout that elapses gives what is there, and not before it") {
  using Clock = std::chrono::steady_clock;
  const Context context;
  Ready ready;
  io_event events[2];
  for (const long there : {0, 1}) {
    if (there == 1) REQUIRE_EQ(context.Submit(ready.operation), 1);
    __kernel_timespec timeout = {0, 50'000'000};
    const Clock::time_point start = Clock::now();
    EXPECT_EQ(IoGetevents(context.id(), 2, 2, events, &timeout), there);
    EXPECT(Clock::now() - start >= std::chrono::milliseconds(50));
  }
}

CASE("a wait without a timeout ends when min events are there, and takes no less") {
  const Context context;
  const Pipe pipe;
  Ready ready;
  iocb poll = Poll(pipe.read_end.get(), POLLIN);
  REQUIRE_EQ(context.Submit(ready.operation), 1);
  REQUIRE_EQ(context.Submit(poll), 1);
  std::atomic<pid_t> tid = 0;
  std::thread waiter([&] {
    tid = gettid();
    tid.notify_one();
    io_event events[4];
    EXPECT_EQ(IoGetevents(context.id(), 2, 4, events, nullptr), 2);
  });
  tid.wait(0);
  AwaitBlockedIn(tid, SYS_io_getevents);
  pipe.Fill();
  waiter.join();
}

CASE("a signal interrupts a wait with EINTR in spite of SA_RESTART") {
  static std::atomic<int> handled = 0;
  struct sigaction action = {};
  action.sa_handler = [](int) { ++handled; };
  action.sa_flags = SA_RESTART;
  REQUIRE_EQ(sigaction(SIGUSR1, &action, nullptr), 0);
  const Context context;
  std::atomic<pid_t> tid = 0;
  std::thread waiter([&] {
    tid = gettid();
    tid.notify_one();
    io_event event{};
    // signal(7) lists it among the calls that are never restarted.
    EXPECT_EQ(IoGetevents(context.id(), 1, 1, &event, nullptr), -EINTR);
  });
  tid.wait(0);
  AwaitBlockedIn(tid, SYS_io_getevents);
  EXPECT_EQ(pthread_kill(waiter.native_handle(), SIGUSR1), 0);
  waiter.join();
  EXPECT_EQ(handled, 1);
}

}  // namespace
}  // namespace aio_bind::kernel
