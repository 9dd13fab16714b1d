// The kernel's own rings: their size, and taking events out of them with and without Ring.
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <random>
#include <thread>

#include "../kernel/ring.h"
#include "../kernel/syscalls.h"
#include "fixtures.h"

namespace aio_bind::kernel {
namespace {

using namespace test;

CASE("the ring of a context says what io_setup has made of it") {
  const Context context(1);
  const AioRing header = Ring::Attach(context.id()).Header();
  EXPECT_EQ(header.magic, kAioRingMagic);
  EXPECT_EQ(header.compat_features, 1U);
  EXPECT_EQ(header.incompat_features, kAioRingIncompatFeatures);
  EXPECT_EQ(header.header_length, sizeof(AioRing));
  EXPECT_EQ(header.head, 0U);
  EXPECT_EQ(header.tail, 0U);
  // fs/aio.c aio_setup_ring(): whole pages, less the header.
  EXPECT_EQ((sizeof(AioRing) + header.nr * sizeof(io_event)) % PageSize(), 0U);
}

CASE("Header follows what the kernel and the reaper do") {
  const Context context;
  const Pipe pipe;
  Ring ring = Ring::Attach(context.id());
  REQUIRE(ring.usable());
  iocb ready = Poll(pipe.write_end.get(), POLLOUT);
  for (int i = 0; i < 3; ++i) REQUIRE_EQ(context.Submit(ready), 1);
  EXPECT_EQ(ring.Header().tail, 3U);
  io_event events[2];
  EXPECT_EQ(ring.Reap(2, events), 2);
  EXPECT_EQ(ring.Header().head, 2U);
  EXPECT_EQ(context.Take(8).size(), 1U);
  EXPECT_EQ(ring.Header().head, 3U);
}

CASE(
    "reaping and io_getevents in turn, many times round the ring, give each event once, in order") {
  const Context context(1);
  const Pipe pipe;
  Ring ring = Ring::Attach(context.id());
  REQUIRE(ring.usable());
  const uint32_t slots = ring.Header().nr;
  iocb ready = Poll(pipe.write_end.get(), POLLOUT);
  std::minstd_rand random;
  std::vector<io_event> events(slots);
  uint64_t submitted = 0;
  uint64_t taken = 0;
  const uint64_t goal = 50UL * slots;
  while (taken < goal) {
    for (auto more = random() % 60; more > 0; --more) {
      ready.aio_data = submitted;
      if (context.Submit(ready) != 1) break;
      ++submitted;
    }
    const auto room = static_cast<long>(random() % 80);
    const long count = random() % 2 == 0
                           ? ring.Reap(room, events.data())
                           : IoGetevents(context.id(), 0, room, events.data(), nullptr);
    REQUIRE_EQ(count, std::min<uint64_t>(static_cast<uint64_t>(room), submitted - taken));
    for (long i = 0; i < count; ++i) {
      REQUIRE_EQ(events[static_cast<size_t>(i)].data, taken);
      ++taken;
    }
  }
}

CASE("the kernel accepts as many more as have been reaped from a full ring") {
  // The kernel hands slots to a CPU by the batch, which the others cannot have.
  PinToNthCpu(0);
  const Context context(1);
  const Pipe pipe;
  Ring ring = Ring::Attach(context.id());
  REQUIRE(ring.usable());
  iocb ready = Poll(pipe.write_end.get(), POLLOUT);
  long accepted = 0;
  while (context.Submit(ready) == 1) ++accepted;
  EXPECT_EQ(context.Submit(ready), -EAGAIN);
  std::vector<io_event> events(ring.Header().nr);
  EXPECT_EQ(ring.Reap(ring.Header().nr, events.data()), accepted);
  long again = 0;
  while (context.Submit(ready) == 1) ++again;
  EXPECT_EQ(again, accepted);
}

CASE("a thread that reaps while another submits gets each event once, whole and in order") {
  const auto total = static_cast<uint64_t>(Rounds(20'000, 200'000));
  const Context context(64);
  const Pipe pipe;
  Ring ring = Ring::Attach(context.id());
  REQUIRE(ring.usable());
  const std::jthread producer([&] {
    iocb ready = Poll(pipe.write_end.get(), POLLOUT);
    for (uint64_t i = 0; i < total;) {
      ready.aio_data = i;
      const long accepted = context.Submit(ready);
      if (accepted == 1) {
        ++i;
      } else if (EXPECT_EQ(accepted, -EAGAIN)) {
        std::this_thread::yield();  // full: the reaper's turn
      } else {
        return;
      }
    }
  });
  io_event events[32];
  uint64_t wrong = 0;
  for (uint64_t taken = 0; taken < total;) {
    const long count = ring.Reap(32, events);
    for (long i = 0; i < count; ++i, ++taken) {
      wrong += events[i].data != taken || events[i].res != POLLOUT;
    }
    if (count == 0) std::this_thread::yield();
  }
  EXPECT_EQ(wrong, 0U);
}

// Submits polls that are ready and carry their number, from `first` on, until `total` are
// submitted or the kernel refuses; returns how many.
long SubmitNumbered(const Context& context, int fd, long first, long total) {
  iocb ready = Poll(fd, POLLOUT);
  for (long number = first; number < total; ++number) {
    ready.aio_data = static_cast<uint64_t>(number);
    const long accepted = context.Submit(ready);
    if (accepted == 1) continue;
    EXPECT_EQ(accepted, -EAGAIN);
    return number - first;
  }
  return total - first;
}

// Takes events only when the kernel accepts no more: it must refuse rather than lose one.
void FillAndTake(long total, bool from_ring) {
  constexpr long kGranted = 32;
  const Context context(kGranted);
  const Pipe pipe;
  Ring ring = Ring::Attach(context.id());
  REQUIRE(ring.usable());
  const auto slots = static_cast<long>(ring.Header().nr);
  std::vector<io_event> events(static_cast<size_t>(slots));
  for (long completed = 0; completed < total;) {
    const long in_ring = SubmitNumbered(context, pipe.write_end.get(), completed, total);
    EXPECT(in_ring >= std::min(kGranted, total - completed));
    EXPECT(in_ring < slots);
    const long taken = from_ring ? ring.Reap(slots, events.data())
                                 : IoGetevents(context.id(), 0, slots, events.data(), nullptr);
    REQUIRE_EQ(taken, in_ring);
    for (long i = 0; i < taken; ++i, ++completed) {
      EXPECT_EQ(events[static_cast<size_t>(i)].data, completed);
    }
  }
  EXPECT_EQ(context.Take(8).size(), 0U);
}

long SlotsOfSetup32() {
  const Context context(32);
  return static_cast<long>(Ring::Attach(context.id()).Header().nr);
}

CASE("ring-1, ring, ring+1, 2x and 4x submissions all complete, taken with io_getevents") {
  const long slots = SlotsOfSetup32();
  for (const long total : {slots - 1, slots, slots + 1, 2 * slots, 4 * slots}) {
    FillAndTake(total, false);
  }
}

CASE("ring-1, ring, ring+1, 2x and 4x submissions all complete, taken from the ring") {
  const long slots = SlotsOfSetup32();
  for (const long total : {slots - 1, slots, slots + 1, 2 * slots, 4 * slots}) {
    FillAndTake(total, true);
  }
}

}  // namespace
}  // namespace aio_bind::kernel
