// The class Ring: on memory that only looks like a ring, for every header that could be there,
// and on the kernel's own.
#include "../kernel/ring.h"

#include <memory>

#include "../kernel/syscalls.h"
#include "fixtures.h"

namespace aio_bind::kernel {
namespace {

using namespace test;

// What io_setup(2) maps, in memory of ours: event i of slot i carries i as its data.
class ForgedRing {
 public:
  explicit ForgedRing(uint32_t slots)
      : pages_((sizeof(AioRing) + slots * sizeof(io_event)) / PageSize() + 1) {
    header() = {0, slots, 0, 0, kAioRingMagic, 1, kAioRingIncompatFeatures, sizeof(AioRing)};
    for (uint32_t i = 0; i < slots; ++i) events()[i].data = i;
  }

  AioRing& header() { return *reinterpret_cast<AioRing*>(pages_.data()); }
  io_event* events() { return reinterpret_cast<io_event*>(pages_.data() + sizeof(AioRing)); }
  aio_context_t id() { return Address(pages_.data()); }
  Ring Attach() { return Ring::Attach(id()); }

  // The data of what Reap(nr) gives.
  std::vector<uint64_t> Reap(long nr) {
    std::vector<io_event> events(static_cast<size_t>(nr) + 1);
    events.back().data = 4711;
    const long count = Attach().Reap(nr, events.data());
    EXPECT_EQ(events.back().data, 4711U);  // nothing behind the room that was given
    std::vector<uint64_t> data;
    data.reserve(events.size());
    for (long i = 0; i < count; ++i) data.push_back(events[static_cast<size_t>(i)].data);
    return data;
  }

 private:
  Pages pages_;
};

using Data = std::vector<uint64_t>;

CASE("a default ring is not usable") { EXPECT(!Ring().usable()); }

CASE("memory with the kernel's magic, features and header length is usable") {
  ForgedRing ring(8);
  EXPECT(ring.Attach().usable());
}

CASE("a page of zeros, as gVisor maps it, is not usable") {
  const Pages page;
  EXPECT(!Ring::Attach(Address(page.data())).usable());
}

CASE(
    "a ring with another magic, an incompatible feature, another header or no slots is not "
    "usable") {
  ForgedRing ring(8);
  const AioRing good = ring.header();
  ring.header().magic = 0xa10a10a0;
  EXPECT(!ring.Attach().usable());
  ring.header() = good;
  ring.header().incompat_features = 1;
  EXPECT(!ring.Attach().usable());
  ring.header() = good;
  ring.header().header_length = 64;
  EXPECT(!ring.Attach().usable());
  ring.header() = good;
  ring.header().nr = 0;
  EXPECT(!ring.Attach().usable());
  ring.header() = good;
  ring.header().compat_features = 0xff;  // compatible is what the word says
  EXPECT(ring.Attach().usable());
}

CASE("a ring that cannot be kept from children is not usable") {
  // madvise(2) wants whole pages; memory of malloc(3) stands for whatever makes it fail.
  const auto header = std::make_unique<AioRing[]>(2);
  header[1] = {0, 1, 0, 0, kAioRingMagic, 1, kAioRingIncompatFeatures, sizeof(AioRing)};
  EXPECT(!Ring::Attach(Address(&header[1])).usable());
}

CASE("an empty ring gives no events, wherever head and tail stand") {
  ForgedRing ring(8);
  for (uint32_t at = 0; at < 8; ++at) {
    ring.header().head = ring.header().tail = at;
    EXPECT_EQ(ring.Reap(8).size(), 0U);
    EXPECT_EQ(ring.header().head, at);
  }
}

CASE("events from head to tail come in order, and head follows") {
  ForgedRing ring(8);
  ring.header().head = 2;
  ring.header().tail = 5;
  EXPECT(ring.Reap(8) == Data({2, 3, 4}));
  EXPECT_EQ(ring.header().head, 5U);
  EXPECT_EQ(ring.header().tail, 5U);
}

CASE("no more events are taken than there is room for, and none with no room") {
  ForgedRing ring(8);
  ring.header().tail = 5;
  EXPECT(ring.Reap(0).empty());
  EXPECT(ring.Reap(2) == Data({0, 1}));
  EXPECT_EQ(ring.header().head, 2U);
  EXPECT(ring.Reap(2) == Data({2, 3}));
  EXPECT(ring.Reap(2) == Data({4}));
  EXPECT(ring.Reap(2).empty());
}

CASE("events across the wrap come in order, and head wraps with them") {
  ForgedRing ring(8);
  ring.header().head = 6;
  ring.header().tail = 3;
  EXPECT(ring.Reap(8) == Data({6, 7, 0, 1, 2}));
  EXPECT_EQ(ring.header().head, 3U);
  ring.header().head = 6;
  EXPECT(ring.Reap(2) == Data({6, 7}));  // exactly up to the wrap
  EXPECT_EQ(ring.header().head, 0U);
  ring.header().head = 7;
  EXPECT(ring.Reap(2) == Data({7, 0}));
  EXPECT_EQ(ring.header().head, 1U);
}

void ExpectAsModel(uint32_t slots, uint32_t head, uint32_t tail, uint32_t room) {
  ForgedRing ring(slots);
  ring.header().head = head;
  ring.header().tail = tail;
  Data expected;
  expected.reserve(slots);
  for (; head != tail && expected.size() < room; head = (head + 1) % slots) {
    expected.push_back(head);
  }
  REQUIRE(ring.Reap(room) == expected);
  REQUIRE_EQ(ring.header().head, head);
}

CASE("a ring of every size and position gives what a model of it gives") {
  for (uint32_t slots = 1; slots <= 9; ++slots) {
    for (uint32_t head = 0; head < slots; ++head) {
      for (uint32_t tail = 0; tail < slots; ++tail) {
        for (uint32_t room = 0; room <= slots; ++room) ExpectAsModel(slots, head, tail, room);
      }
    }
  }
}

CASE("a head or tail beyond the ring is taken modulo its size, as the kernel takes it") {
  ForgedRing ring(8);
  ring.header().head = 8 + 6;
  ring.header().tail = 1;
  EXPECT(ring.Reap(8) == Data({6, 7, 0}));
  EXPECT_EQ(ring.header().head, 1U);
  ring.header().head = ~0U;  // 7 modulo 8
  ring.header().tail = 16 + 1;
  EXPECT(ring.Reap(8) == Data({7, 0}));
  EXPECT_EQ(ring.header().head, 1U);
  ForgedRing odd(7);  // 2^32 is no multiple of its size
  odd.header().head = 1;
  odd.header().tail = ~0U;  // 3 modulo 7
  EXPECT(odd.Reap(7) == Data({1, 2}));
}

}  // namespace
}  // namespace aio_bind::kernel
