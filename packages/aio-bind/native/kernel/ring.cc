#include "ring.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>

namespace aio_bind::kernel {
namespace {

size_t MappedBytes(const AioRing& ring) {
  // fs/aio.c aio_setup_ring(): nr is what is left of whole pages after the header.
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const size_t bytes = sizeof(AioRing) + static_cast<size_t>(ring.nr) * sizeof(io_event);
  return (bytes + page - 1) / page * page;
}

}  // namespace

Ring Ring::Attach(aio_context_t ctx_id) {
  auto* ring = reinterpret_cast<AioRing*>(ctx_id);
  if (ring->magic != kAioRingMagic || ring->incompat_features != kAioRingIncompatFeatures ||
      ring->header_length != sizeof(AioRing) || ring->nr == 0) {
    return Ring();
  }
  // A child that moved head would steal its parent's completions. The ring can be done without;
  // a ring that a child shares cannot.
  if (madvise(ring, MappedBytes(*ring), MADV_DONTFORK) != 0) return Ring();
  return Ring(ring);
}

long Ring::Reap(long nr, io_event* events) {
  const uint32_t slots = ring_->nr;
  // head is ours: nobody else writes it while we are here, so no order is needed to read it.
  uint32_t head = std::atomic_ref(ring_->head).load(std::memory_order_relaxed);
  // Acquire: pairs with the smp_wmb() between the events and tail in aio_complete() (fs/aio.c),
  // so that events below tail are seen whole.
  const uint32_t tail = std::atomic_ref(ring_->tail).load(std::memory_order_acquire);
  // The kernel takes both modulo nr in the same way, against a user who wrote nonsense.
  head %= slots;
  const uint32_t ready = (tail % slots + slots - head) % slots;
  const auto count = static_cast<uint32_t>(std::min<long>(nr, ready));
  if (count == 0) return 0;

  const auto* first = reinterpret_cast<const io_event*>(ring_ + 1);
  const uint32_t before_wrap = std::min(count, slots - head);
  std::memcpy(events, first + head, before_wrap * sizeof(io_event));
  std::memcpy(events + before_wrap, first, (count - before_wrap) * sizeof(io_event));

  // Release: the copies above are done before the kernel sees the slots as free
  // (user_refill_reqs_available() reads head).
  std::atomic_ref(ring_->head).store((head + count) % slots, std::memory_order_release);
  return count;
}

AioRing Ring::Header() const {
  AioRing header = *ring_;
  header.head = std::atomic_ref(ring_->head).load(std::memory_order_relaxed);
  header.tail = std::atomic_ref(ring_->tail).load(std::memory_order_acquire);
  return header;
}

}  // namespace aio_bind::kernel
