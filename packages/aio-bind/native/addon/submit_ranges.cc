#include "submit_ranges.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "../kernel/syscalls.h"
#include "arguments.h"
#include "environment.h"
#include "slab_arguments.h"

namespace aio_bind::addon {
namespace {

// What is no number of bytes becomes one that the kernel refuses.
uint64_t ToU64(double value) {
  constexpr double kBeyond = 0x1p63;
  return value >= 0 && value < kBeyond ? static_cast<uint64_t>(value)
                                       : std::numeric_limits<uint64_t>::max();
}

void Prepare(iocb& slot, uint64_t data, const RangeArray::Command& command) {
  slot = {};
  slot.aio_data = data;
  slot.aio_lio_opcode = static_cast<uint16_t>(command.opcode);
  slot.aio_rw_flags = static_cast<__kernel_rwf_t>(command.rw_flags);
}

// What was submitted, in order. Not as JavaScript has it, for another thread may have been given
// that memory.
struct Submitted {
  std::span<iocb* const> iocbs;
  std::span<const uint32_t> slots;
  uint64_t tag;

  bool Is(const io_event& event, size_t at) const {
    return event.data == (tag << 32 | slots[at]) &&
           event.obj == reinterpret_cast<uintptr_t>(iocbs[at]);
  }
};

// Gives each range its result, and leaves the events of others at the front of `events`. The slots
// of ranges that have none are left in `going`.
//
// The kernel tells of what it does at once in the order of submission, so that both are walked
// through together.
RangeArray::Found Sort(io_event* events, long count, const RangeArray& ranges,
                       const Submitted& submitted, std::vector<uint32_t>& going) {
  RangeArray::Found found = {};
  const size_t taken = submitted.slots.size();
  size_t next = 0;
  for (long i = 0; i < count; ++i) {
    const io_event& event = events[i];
    size_t at = event.data >> 32 == submitted.tag ? next : taken;
    while (at < taken && !submitted.Is(event, at)) ++at;
    if (at == taken) {
      events[found.events++] = event;
      continue;
    }
    const auto between = submitted.slots.subspan(next, at - next);
    going.insert(going.end(), between.begin(), between.end());
    next = at + 1;
    ranges.res()[at] = static_cast<int32_t>(event.res);
    ++found.ended;
    if (event.res == ranges.nbytes()[at]) ++found.whole;
  }
  const auto behind = submitted.slots.subspan(next);
  going.insert(going.end(), behind.begin(), behind.end());
  return found;
}

// io_submit(2), with no more than `most` in one call, as long as each takes all that it is given.
// How many were taken; -errno where the first was refused.
long SubmitInParts(aio_context_t ctx, long nr, long most, iocb** iocbs) {
  long taken = 0;
  do {
    const long part = std::min(nr - taken, most);
    const long result = kernel::IoSubmit(ctx, part, iocbs + taken);
    if (result < 0) return taken == 0 ? result : taken;
    taken += result;
    if (result < part) return taken;
  } while (taken < nr);
  return taken;
}

}  // namespace

Napi::Value IoSubmitRanges(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::In(info.Env());
  Context* context = environment.FindContext(Uint32Argument(info, 0));
  const int64_t nr = Int64Argument(info, 1);
  const auto& slab = SlabArgument(info, 2);
  const auto& ranges = RangeArrayArgument(info, 3);
  if (nr > static_cast<int64_t>(ranges->length())) {
    throw OutOfRange(info.Env(), "nr is larger than the array of ranges");
  }
  const auto& events = EventArrayArgument(info, 4);
  const long per_call = Uint32Argument(info, 5);
  if (per_call == 0) throw OutOfRange(info.Env(), "no ranges for each call");

  // What is checked must be what is used, and another thread may have been given the memory.
  const RangeArray::Command command = *ranges->command();
  const uint64_t tag = command.tag;
  auto& slots = environment.slots();
  slots.assign(ranges->slot(), ranges->slot() + (nr < 0 ? 0 : nr));
  auto& pointers = environment.iocb_pointers();
  pointers.clear();
  for (const uint32_t slot : slots) {
    CheckSlot(info.Env(), slot, *slab);
    pointers.push_back(slab->At(slot));
  }
  for (size_t i = 0; i < slots.size(); ++i) {
    iocb& slot = *pointers[i];
    Prepare(slot, tag << 32 | slots[i], command);
    slot.aio_fildes = static_cast<uint32_t>(ranges->fildes()[i]);
    slot.aio_buf = ToU64(ranges->buf()[i]);
    slot.aio_nbytes = ranges->nbytes()[i];
    slot.aio_offset = static_cast<int64_t>(ToU64(ranges->offset()[i]));
    ranges->res()[i] = RangeArray::kPending;
  }

  auto& going = environment.going_slots();
  going.clear();
  going.reserve(slots.size());
  if (context != nullptr) {
    context->Sweep();
    context->Expect(slab);
  }
  // From here on nothing throws, so that what the kernel has is accounted for.
  const long taken =
      SubmitInParts(context == nullptr ? 0 : context->id(), nr, per_call, pointers.data());
  *ranges->found() = {};
  if (context != nullptr && taken > 0) {
    const auto first = static_cast<size_t>(taken);
    const Submitted submitted = {std::span(pointers).first(first), std::span(slots).first(first),
                                 tag};
    const long count = context->CollectUnaccounted(events->length(), events->data());
    const auto found = Sort(events->data(), std::max(count, 0L), *ranges, submitted, going);
    *ranges->found() = found;
    // Those that have ended were never taken, as far as the account goes; in this order, as an
    // event of another may be of a range that ended out of order.
    context->Took(slab, going);
    context->Finished(events->data(), found.events);
  }
  return Napi::Number::New(info.Env(), static_cast<double>(taken));
}

}  // namespace aio_bind::addon
