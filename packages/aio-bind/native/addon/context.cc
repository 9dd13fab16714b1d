#include "context.h"

#include <algorithm>

#include "../kernel/fork_epoch.h"
#include "../kernel/syscalls.h"

namespace aio_bind::addon {
namespace {

uintptr_t KeyOf(const Slab& slab) { return reinterpret_cast<uintptr_t>(slab.At(0)); }

}  // namespace

Context::Context(uint32_t serial, aio_context_t id)
    : serial_(serial), id_(id), fork_epoch_(kernel::ForkEpoch()), ring_(kernel::Ring::Attach(id)) {}

bool Context::inherited() const { return fork_epoch_ != kernel::ForkEpoch(); }

long Context::Collect(long nr, io_event* events) {
  const long count = CollectUnaccounted(nr, events);
  if (count > 0) Finished(events, count);
  return count;
}

long Context::CollectUnaccounted(long nr, io_event* events) {
  if (ring_.usable()) return ring_.Reap(nr, events);
  __kernel_timespec now = {};
  return kernel::IoGetevents(id_, 0, nr, events, &now);
}

void Context::Sweep() {
  // Lets go of slabs that are idle here, so that a program that makes a slab an operation does not
  // have them pile up; seldom enough to cost nothing per operation.
  if (uses_.size() < sweep_at_) return;
  recent_ = nullptr;
  std::erase_if(uses_, [](const auto& entry) { return entry.second.total == 0; });
  sweep_at_ = std::max<size_t>(8, 2 * uses_.size());
}

void Context::Expect(const std::shared_ptr<Slab>& slab) {
  if (recent_ != nullptr && recent_->slab == slab) return;
  auto use = uses_.find(KeyOf(*slab));
  if (use == uses_.end()) {
    Use added{slab, std::vector<uint32_t>(slab->slots())};
    use = uses_.emplace(KeyOf(*slab), std::move(added)).first;
  }
  recent_ = &use->second;
}

// napi_reference_ref (Hold) refuses nothing but a reference that is not there.
// NOLINTNEXTLINE(bugprone-exception-escape)
void Context::Took(const std::shared_ptr<Slab>& slab, std::span<const uint32_t> slots) noexcept {
  if (slots.empty()) return;
  Use& use = UseOf(slab);
  for (const uint32_t slot : slots) {
    ++use.in_flight[slot];
    slab->Hold(slot);
  }
  use.total += slots.size();
}

void Context::Finished(io_event* events, long count) {
  for (io_event* event = events; event != events + count; ++event) {
    const auto [use, slot] = FindUse(event->obj);
    if (use == nullptr) continue;
    event->obj = reinterpret_cast<uintptr_t>(use->slab->At(slot));
    Release(*use, slot);
  }
}

void Context::Dropped(const std::shared_ptr<Slab>& slab, uint32_t slot) {
  Release(UseOf(slab), slot);
}

bool Context::idle() const {
  return std::ranges::all_of(uses_, [](const auto& entry) { return entry.second.total == 0; });
}

void Context::FinishedAll() noexcept {
  for (const auto& [address, use] : uses_) {
    for (uint32_t slot = 0; slot < use.slab->slots(); ++slot) {
      use.slab->Release(slot, use.in_flight[slot]);
    }
  }
  recent_ = nullptr;
  uses_.clear();
}

Context::Use& Context::UseOf(const std::shared_ptr<Slab>& slab) noexcept {
  if (recent_ == nullptr || recent_->slab != slab) {
    recent_ = &uses_.find(KeyOf(*slab))->second;
  }
  return *recent_;
}

std::pair<Context::Use*, uint32_t> Context::FindUse(uint64_t obj) {
  if (recent_ != nullptr) {
    if (const auto slot = recent_->slab->SlotOf(obj)) return {recent_, *slot};
  }
  const auto after = uses_.upper_bound(obj);
  if (after == uses_.begin()) return {nullptr, 0};
  Use& use = std::prev(after)->second;
  const auto slot = use.slab->SlotOf(obj);
  if (!slot) return {nullptr, 0};
  recent_ = &use;
  return {recent_, *slot};
}

void Context::Release(Use& use, uint32_t slot) {
  if (use.in_flight[slot] == 0) return;
  --use.in_flight[slot];
  --use.total;
  use.slab->Release(slot, 1);
}

}  // namespace aio_bind::addon
