// io_pgetevents(2): signal masks while waiting. The waits have no timeout, so that a signal which
// is not let through shows as a case that hangs, not as one that passes late.
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <thread>

#include "../kernel/syscalls.h"
#include "fixtures.h"

namespace aio_bind::kernel {
namespace {

using namespace test;

// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): all that a handler can reach
std::atomic<int> handled = 0;

void CountSignals() {
  struct sigaction action = {};
  action.sa_handler = [](int) { ++handled; };
  REQUIRE_EQ(sigaction(SIGUSR1, &action, nullptr), 0);
}

void Block(int signal) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal);
  REQUIRE_EQ(pthread_sigmask(SIG_BLOCK, &set, nullptr), 0);
}

bool IsBlocked(int signal) {
  sigset_t set;
  return pthread_sigmask(SIG_BLOCK, nullptr, &set) == 0 && sigismember(&set, signal) == 1;
}

constexpr uint64_t Bit(int signal) { return uint64_t{1} << (signal - 1); }

CASE("io_pgetevents on context 0 and with min -1, nr -1 or min > nr gives EINVAL") {
  const Context context;
  io_event events[2];
  __kernel_timespec now = {0, 0};
  EXPECT_EQ(IoPgetevents(0, 0, 1, events, &now, nullptr), -EINVAL);
  EXPECT_EQ(IoPgetevents(context.id(), -1, 1, events, &now, nullptr), -EINVAL);
  EXPECT_EQ(IoPgetevents(context.id(), 0, -1, events, &now, nullptr), -EINVAL);
  EXPECT_EQ(IoPgetevents(context.id(), 2, 1, events, &now, nullptr), -EINVAL);
}

CASE("a bad events, timeout or signal mask pointer gives EFAULT, and completed events survive it") {
  const Context context;
  const Pipe pipe;
  iocb ready = Poll(pipe.write_end.get(), POLLOUT);
  REQUIRE_EQ(context.Submit(ready), 1);
  io_event event{};
  __kernel_timespec now = {0, 0};
  const AioSigset bad_mask = {BadPointer<uint64_t>(), kKernelSigsetSize};
  const aio_context_t id = context.id();
  EXPECT_EQ(IoPgetevents(id, 1, 1, BadPointer<io_event>(), &now, nullptr), -EFAULT);
  EXPECT_EQ(IoPgetevents(id, 1, 1, &event, BadPointer<__kernel_timespec>(), nullptr), -EFAULT);
  EXPECT_EQ(IoPgetevents(id, 1, 1, &event, &now, BadPointer<AioSigset>()), -EFAULT);
  EXPECT_EQ(IoPgetevents(id, 1, 1, &event, &now, &bad_mask), -EFAULT);
  EXPECT_EQ(context.Take(8).size(), 1U);
}

CASE("a signal set of another size than 8 gives EINVAL, and completed events survive it") {
  const Context context;
  const Pipe pipe;
  iocb ready = Poll(pipe.write_end.get(), POLLOUT);
  REQUIRE_EQ(context.Submit(ready), 1);
  io_event event{};
  const uint64_t none = 0;
  for (const size_t size : {0, 4, 16, 128}) {
    const AioSigset mask = {&none, size};
    EXPECT_EQ(IoPgetevents(context.id(), 1, 1, &event, nullptr, &mask), -EINVAL);
  }
  EXPECT_EQ(context.Take(8).size(), 1U);
}

CASE("no mask, or a set without one, leaves the thread's own mask as it is") {
  CountSignals();
  Block(SIGUSR1);
  REQUIRE_EQ(pthread_kill(pthread_self(), SIGUSR1), 0);
  const Context context;
  io_event event{};
  __kernel_timespec timeout = {0, 1'000'000};
  const AioSigset without = {nullptr, kKernelSigsetSize};
  EXPECT_EQ(IoPgetevents(context.id(), 1, 1, &event, &timeout, nullptr), 0);
  EXPECT_EQ(IoPgetevents(context.id(), 1, 1, &event, &timeout, &without), 0);
  EXPECT_EQ(handled, 0);
}

CASE("a pending signal that the mask lets through gives EINTR, and is blocked again afterwards") {
  CountSignals();
  Block(SIGUSR1);
  REQUIRE_EQ(pthread_kill(pthread_self(), SIGUSR1), 0);
  const Context context;
  io_event event{};
  const uint64_t none = 0;
  const AioSigset mask = {&none, kKernelSigsetSize};
  EXPECT_EQ(IoPgetevents(context.id(), 1, 1, &event, nullptr, &mask), -EINTR);
  EXPECT_EQ(handled, 1);
  EXPECT(IsBlocked(SIGUSR1));
}

CASE("an event that is there goes before a pending signal") {
  CountSignals();
  Block(SIGUSR1);
  REQUIRE_EQ(pthread_kill(pthread_self(), SIGUSR1), 0);
  const Context context;
  const Pipe pipe;
  iocb ready = Poll(pipe.write_end.get(), POLLOUT);
  REQUIRE_EQ(context.Submit(ready), 1);
  io_event event{};
  const uint64_t none = 0;
  const AioSigset mask = {&none, kKernelSigsetSize};
  EXPECT_EQ(IoPgetevents(context.id(), 1, 1, &event, nullptr, &mask), 1);
  EXPECT_EQ(event.obj, Address(&ready));
}

CASE("a signal that arrives unblocked gives EINTR") {
  CountSignals();
  const Context context;
  std::atomic<pid_t> tid = 0;
  std::thread waiter([&] {
    Block(SIGUSR1);
    tid = gettid();
    tid.notify_one();
    io_event event{};
    const uint64_t others = ~Bit(SIGUSR1);
    const AioSigset mask = {&others, kKernelSigsetSize};
    EXPECT_EQ(IoPgetevents(context.id(), 1, 1, &event, nullptr, &mask), -EINTR);
    EXPECT_EQ(handled, 1);
    EXPECT(IsBlocked(SIGUSR1));
  });
  tid.wait(0);
  AwaitBlockedIn(tid, SYS_io_pgetevents);
  EXPECT_EQ(pthread_kill(waiter.native_handle(), SIGUSR1), 0);
  waiter.join();
}

CASE("a signal that the mask blocks does not interrupt the wait, and is handled after it") {
  CountSignals();
  const Context context;
  const Pipe pipe;
  iocb poll = Poll(pipe.read_end.get(), POLLIN);
  REQUIRE_EQ(context.Submit(poll), 1);
  std::atomic<pid_t> tid = 0;
  std::thread waiter([&] {
    tid = gettid();
    tid.notify_one();
    io_event event{};
    const uint64_t only = Bit(SIGUSR1);
    const AioSigset mask = {&only, kKernelSigsetSize};
    EXPECT_EQ(IoPgetevents(context.id(), 1, 1, &event, nullptr, &mask), 1);
    EXPECT_EQ(handled, 1);
  });
  tid.wait(0);
  AwaitBlockedIn(tid, SYS_io_pgetevents);
  EXPECT_EQ(pthread_kill(waiter.native_handle(), SIGUSR1), 0);
  EXPECT_EQ(handled, 0);
  pipe.Fill();
  waiter.join();
}

}  // namespace
}  // namespace aio_bind::kernel
