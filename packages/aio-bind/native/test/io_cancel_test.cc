// io_cancel(2), and polls that race: with their cancellation, and with what makes them ready.
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <thread>

#include "../kernel/syscalls.h"
#include "fixtures.h"

namespace aio_bind::kernel {
namespace {

using namespace test;

CASE("io_cancel(0, NULL, NULL) gives EFAULT") {
  // The iocb's aio_key is read before the context is looked up.
  EXPECT_EQ(IoCancel(0, nullptr, nullptr), -EFAULT);
  EXPECT_EQ(IoCancel(0, BadPointer<iocb>(), nullptr), -EFAULT);
}

CASE("io_cancel of an iocb that was never submitted, or on a wrong context, gives EINVAL") {
  const Context context;
  const Pipe pipe;
  iocb unknown = Poll(pipe.read_end.get(), POLLIN);
  io_event event{};
  EXPECT_EQ(IoCancel(context.id(), &unknown, &event), -EINVAL);
  REQUIRE_EQ(context.Submit(unknown), 1);
  const Context other;
  for (const aio_context_t id : {0UL, ~0UL, 0x12345678UL, static_cast<unsigned long>(other.id())}) {
    EXPECT_EQ(IoCancel(id, &unknown, &event), -EINVAL);
  }
  EXPECT_EQ(IoCancel(context.id(), &unknown, &event), -EINPROGRESS);
}

CASE("io_cancel of an iocb whose aio_key is not the kernel's gives EINVAL") {
  const Context context;
  const Pipe pipe;
  iocb poll = Poll(pipe.read_end.get(), POLLIN);
  REQUIRE_EQ(context.Submit(poll), 1);
  EXPECT_EQ(poll.aio_key, 0U);
  poll.aio_key = 1;
  io_event event{};
  EXPECT_EQ(IoCancel(context.id(), &poll, &event), -EINVAL);
}

CASE("a poll in flight is cancelled: EINPROGRESS, and an event with res 0 in the ring") {
  const Context context;
  const Pipe pipe;
  iocb poll = Poll(pipe.read_end.get(), POLLIN);
  poll.aio_data = 7;
  REQUIRE_EQ(context.Submit(poll), 1);
  io_event result = {1, 2, 3, 4};
  EXPECT_EQ(IoCancel(context.id(), &poll, &result), -EINPROGRESS);
  // The man page's old promise; since 2012 the kernel leaves the argument alone.
  EXPECT_EQ(result.data, 1U);
  EXPECT_EQ(result.obj, 2U);
  EXPECT_EQ(result.res, 3);
  EXPECT_EQ(result.res2, 4);
  const io_event event = context.Wait(1)[0];
  EXPECT_EQ(event.data, 7U);
  EXPECT_EQ(event.obj, Address(&poll));
  EXPECT_EQ(event.res, 0);
}

CASE("io_cancel takes no notice of its result argument, null or unmapped") {
  const Context context;
  const Pipe pipe;
  for (io_event* const result : {static_cast<io_event*>(nullptr), BadPointer<io_event>()}) {
    iocb poll = Poll(pipe.read_end.get(), POLLIN);
    REQUIRE_EQ(context.Submit(poll), 1);
    EXPECT_EQ(IoCancel(context.id(), &poll, result), -EINPROGRESS);
    EXPECT_EQ(context.Wait(1)[0].res, 0);
  }
}

CASE("a second io_cancel of the same poll gives EINVAL, before and after its event is taken") {
  const Context context;
  const Pipe pipe;
  iocb poll = Poll(pipe.read_end.get(), POLLIN);
  REQUIRE_EQ(context.Submit(poll), 1);
  io_event result{};
  EXPECT_EQ(IoCancel(context.id(), &poll, &result), -EINPROGRESS);
  EXPECT_EQ(IoCancel(context.id(), &poll, &result), -EINVAL);
  context.Wait(1);
  EXPECT_EQ(IoCancel(context.id(), &poll, &result), -EINVAL);
  EXPECT_EQ(context.Take(8).size(), 0U);
}

CASE("io_cancel of direct reads in flight gives EINVAL, and the reads complete") {
  constexpr size_t kReads = 32;
  constexpr size_t kBytes = 1 << 20;
  const Context context;
  const Fd file = TempFile(kReads * kBytes, 'r');
  REQUIRE_EQ(fsync(file.get()), 0);
  const Fd direct = file.Reopen(O_RDONLY | O_DIRECT);
  const Pages buffer(kReads * kBytes / PageSize());
  iocb reads[kReads];
  iocb* pointers[kReads];
  for (size_t i = 0; i < kReads; ++i) {
    const auto offset = static_cast<int64_t>(i * kBytes);
    reads[i] = Pread(direct.get(), buffer.data() + offset, kBytes, offset);
    pointers[i] = &reads[i];
  }
  REQUIRE_EQ(context.Submit(pointers), kReads);
  io_event result{};
  for (iocb& read : reads) EXPECT_EQ(IoCancel(context.id(), &read, &result), -EINVAL);
  // What the ring has now was in flight no more; that the rest was, is the point of the case.
  const uint32_t completed = std::atomic_ref(reinterpret_cast<AioRing*>(context.id())->tail).load();
  for (const io_event& event : context.Wait(kReads)) EXPECT_EQ(event.res, kBytes);
  EXPECT(buffer.HoldsOnly('r'));
  if (completed >= kReads) SKIP("the disk was faster than 32 calls of io_cancel(2)");
}

// How the races of a batch have ended. A race that has neither ending, or two, is in neither sum.
struct Outcomes {
  long cancelled = 0;
  long ready = 0;

  // `cancels[i]` is what io_cancel(2) gave for the poll whose aio_data is i.
  Outcomes(const std::vector<long>& cancels, const std::vector<io_event>& events) {
    std::vector<bool> seen(cancels.size());
    for (const io_event& event : events) {
      if (event.data >= seen.size() || seen[event.data]) continue;
      seen[event.data] = true;
      const long cancel = cancels[event.data];
      cancelled += cancel == -EINPROGRESS && event.res == 0;
      // The cancellation may be granted when the completion has its result already
      // (aio_poll_complete_work() in fs/aio.c); without the grant there must be a result.
      ready += (cancel == -EINPROGRESS || cancel == -EINVAL) && event.res == POLLIN;
    }
  }
};

// Where two threads meet awake: one of those that leave a barrier has yet to be woken, and the
// other might be done by then.
class Meeting {
 public:
  explicit Meeting(bool one_cpu) : one_cpu_(one_cpu) {}

  // Returns when both are there for the `round`-th time, from 0.
  void Attend(int round) {
    ++attended_;
    while (attended_ < 2 * (round + 1)) {
      if (one_cpu_) sched_yield();
    }
  }

 private:
  const bool one_cpu_;
  std::atomic<int> attended_ = 0;
};

// 100,000 races in the full run.
CASE("each race of io_cancel against readiness has exactly one outcome") {
  const int batches = Rounds(25, 250);
  // Where the other processor is busy, a batch may be over before the writer has begun.
  const int most_batches = 40 * batches;
  constexpr size_t kPolls = 400;
  const Context context(kPolls);
  std::vector<Fd> counters;
  counters.reserve(kPolls);
  for (size_t i = 0; i < kPolls; ++i) counters.emplace_back(eventfd(0, EFD_NONBLOCK));
  cpu_set_t cpus;
  REQUIRE_EQ(sched_getaffinity(0, sizeof cpus, &cpus), 0);
  pthread_barrier_t barrier;
  REQUIRE_EQ(pthread_barrier_init(&barrier, nullptr, 2), 0);
  Meeting meeting(CPU_COUNT(&cpus) == 1);
  std::atomic<bool> is_over = false;
  std::thread writer([&] {
    const uint64_t one = 1;
    PinToNthCpu(1);
    for (int batch = 0;; ++batch) {
      pthread_barrier_wait(&barrier);
      if (is_over) return;
      meeting.Attend(batch);
      for (const Fd& counter : counters) EXPECT_EQ(write(counter.get(), &one, sizeof one), 8);
      pthread_barrier_wait(&barrier);
    }
  });
  PinToNthCpu(0);
  std::vector<iocb> polls(kPolls);
  std::vector<iocb*> pointers(kPolls);
  std::vector<io_event> events(kPolls);
  std::vector<long> cancels(kPolls);
  long races = 0;
  // With one processor nothing races.
  bool have_raced = CPU_COUNT(&cpus) == 1;
  int batch = 0;
  for (; batch < (have_raced ? batches : most_batches); ++batch) {
    for (size_t i = 0; i < kPolls; ++i) {
      polls[i] = Poll(counters[i].get(), POLLIN);
      polls[i].aio_data = i;
      pointers[i] = &polls[i];
    }
    EXPECT_EQ(context.Submit(pointers), kPolls);
    pthread_barrier_wait(&barrier);
    meeting.Attend(batch);
    for (size_t i = 0; i < kPolls; ++i) {
      // Along with the writer, then towards it.
      const size_t index = batch % 2 == 0 ? i : kPolls - 1 - i;
      cancels[index] = IoCancel(context.id(), &polls[index], nullptr);
    }
    pthread_barrier_wait(&barrier);
    context.WaitInto(events);
    const Outcomes outcomes(cancels, events);
    races += outcomes.cancelled + outcomes.ready;
    have_raced |= outcomes.cancelled > 0 && outcomes.ready > 0;
    for (const Fd& counter : counters) {
      uint64_t count = 0;
      EXPECT_EQ(read(counter.get(), &count, sizeof count), 8);
    }
  }
  is_over = true;
  pthread_barrier_wait(&barrier);
  writer.join();
  pthread_barrier_destroy(&barrier);
  EXPECT_EQ(races, batch * static_cast<long>(kPolls));
  EXPECT_EQ(context.Take(8).size(), 0U);
  EXPECT(have_raced);
}

CASE("a poll that races splices never loses a wake-up") {
  // After commit 363bee27e258 ("aio: keep poll requests on waitqueue until completed"): a splice
  // wakes without saying for what, so that the kernel looks again later; if a reader has emptied
  // the pipe by then, the next splice must find the poll still waiting.
  const int rounds = Rounds(500, 5'000);
  const Context context;
  const Pipe pipe;
  const Fd file = TempFile(1, 'x');
  pthread_barrier_t barrier;
  REQUIRE_EQ(pthread_barrier_init(&barrier, nullptr, 3), 0);
  const auto splice_byte = [&] {
    off_t offset = 0;
    EXPECT_EQ(splice(file.get(), &offset, pipe.write_end.get(), nullptr, 1, 0), 1);
  };
  const auto each_round = [&](auto action) {
    for (int round = 0; round < rounds; ++round) {
      pthread_barrier_wait(&barrier);
      action();
      pthread_barrier_wait(&barrier);
    }
  };
  std::thread first([&] {
    PinToNthCpu(0);
    each_round(splice_byte);
  });
  std::thread second([&] {
    PinToNthCpu(1);
    each_round([&] {
      pipe.Drain();
      splice_byte();
    });
  });
  long missed = 0;
  for (int round = 0; round < rounds; ++round) {
    iocb poll = Poll(pipe.read_end.get(), POLLIN);
    EXPECT_EQ(context.Submit(poll), 1);
    pthread_barrier_wait(&barrier);
    // A byte is in the pipe in the end, so that only a lost wake-up can make this wait for long.
    io_event event{};
    __kernel_timespec timeout = {10, 0};
    const long woken = missed > 0 ? 0 : IoGetevents(context.id(), 1, 1, &event, &timeout);
    missed += woken != 1;
    pthread_barrier_wait(&barrier);
    pipe.Drain();
  }
  first.join();
  second.join();
  pthread_barrier_destroy(&barrier);
  EXPECT_EQ(missed, 0);
}

}  // namespace
}  // namespace aio_bind::kernel
