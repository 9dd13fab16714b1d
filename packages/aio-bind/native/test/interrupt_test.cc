// InterruptSystemCall: SIGURG interrupts what waits, and is nobody else's business.
#include "../addon/interrupt.h"

#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <thread>

#include "fixtures.h"

namespace aio_bind::addon {
namespace {

using namespace test;

// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): all that a handler can reach
std::atomic<int> others_heard = 0;
void Others(int) { ++others_heard; }

struct sigaction Current() {
  struct sigaction current{};
  REQUIRE_EQ(sigaction(SIGURG, nullptr, &current), 0);
  return current;
}

void Install(void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  REQUIRE_EQ(sigaction(SIGURG, &action, nullptr), 0);
}

CASE("InterruptSystemCall installs a handler where SIGURG has none, or is ignored") {
  for (auto* none : {SIG_DFL, SIG_IGN}) {
    Install(none);
    InterruptSystemCall(pthread_self());
    EXPECT(Current().sa_handler != SIG_DFL && Current().sa_handler != SIG_IGN);
  }
}

CASE("with the handler that InterruptSystemCall installs a signal ends no read") {
  Install(SIG_DFL);
  InterruptSystemCall(pthread_self());
  REQUIRE((Current().sa_flags & SA_RESTART) != 0);
  const Pipe pipe;
  std::atomic<pid_t> tid = 0;
  std::atomic<ssize_t> count = 0;
  std::thread reader([&] {
    tid = gettid();
    char byte = 0;
    count = read(pipe.read_end.get(), &byte, 1);
  });
  while (tid == 0) sched_yield();
  for (int times = 0; times < 10; ++times) {
    AwaitBlockedIn(tid, SYS_read);
    pthread_kill(reader.native_handle(), SIGURG);
  }
  AwaitBlockedIn(tid, SYS_read);
  pipe.Fill();
  reader.join();
  EXPECT_EQ(count.load(), 1);
}

CASE("InterruptSystemCall leaves the handler of another, which hears of it") {
  Install(Others);
  InterruptSystemCall(pthread_self());
  EXPECT(Current().sa_handler == Others);
  EXPECT_EQ(others_heard.load(), 1);
}

// 200,000 races in the full run.
CASE("each race of InterruptSystemCall against who installs a handler leaves that one") {
#ifdef __SANITIZE_THREAD__
  SKIP("ThreadSanitizer calls handlers by a table of its own, which is no match for this");
#endif
  const int rounds = Rounds(20'000, 200'000);
  std::atomic<int> begun = 0;
  std::atomic<int> done = 0;
  std::thread other([&] {
    PinToNthCpu(1);
    for (int round = 1; round <= rounds; ++round) {
      while (begun != round) sched_yield();
      // A little later each time, so that each moment has its turn.
      for (volatile int wait = round % 256; wait > 0;) wait = wait - 1;
      Install(Others);
      done = round;
    }
  });
  PinToNthCpu(0);
  int replaced = 0;
  for (int round = 1; round <= rounds; ++round) {
    Install(SIG_DFL);
    begun = round;
    InterruptSystemCall(pthread_self());
    while (done != round) sched_yield();
    if (Current().sa_handler != Others) ++replaced;
  }
  other.join();
  EXPECT_EQ(replaced, 0);
}

}  // namespace
}  // namespace aio_bind::addon
