#include "slab_arguments.h"

#include <string>

#include "arguments.h"
#include "environment.h"

namespace aio_bind::addon {

void CheckSlot(Napi::Env env, uint32_t slot, const Slab& slab) {
  if (slot >= slab.slots()) {
    throw OutOfRange(env, "slot " + std::to_string(slot) + " is outside a slab of " +
                              std::to_string(slab.slots()));
  }
}

const std::shared_ptr<Slab>& SlabArgument(const Napi::CallbackInfo& info, size_t index) {
  const auto& slab = Environment::In(info.Env()).slabs().Find(Uint32Argument(info, index));
  if (slab == nullptr || !slab->has_js()) {
    throw Napi::TypeError::New(info.Env(), "no such slab");
  }
  return slab;
}

uint32_t SlotArgument(const Napi::CallbackInfo& info, size_t index, const Slab& slab) {
  const uint32_t slot = Uint32Argument(info, index);
  CheckSlot(info.Env(), slot, slab);
  return slot;
}

std::span<const uint32_t> SlotsArgument(const Napi::CallbackInfo& info, size_t index,
                                        size_t nr_index, const Slab& slab) {
  const auto slots = Uint32ArrayArgument(info, index);
  const int64_t nr = Int64Argument(info, nr_index);
  if (nr > static_cast<int64_t>(slots.size())) {
    throw OutOfRange(info.Env(), "nr is larger than the array of slots");
  }
  const auto used = slots.first(nr < 0 ? 0 : static_cast<size_t>(nr));
  // What is checked must be what is used, and a SharedArrayBuffer changes under our eyes.
  auto& copy = Environment::In(info.Env()).slots();
  copy.assign(used.begin(), used.end());
  for (const uint32_t slot : copy) CheckSlot(info.Env(), slot, slab);
  return copy;
}

const std::shared_ptr<EventArray>& EventArrayArgument(const Napi::CallbackInfo& info,
                                                      size_t index) {
  const auto& array = Environment::In(info.Env()).event_arrays().Find(Uint32Argument(info, index));
  if (array == nullptr) throw Napi::TypeError::New(info.Env(), "no such array of events");
  return array;
}

const std::shared_ptr<RangeArray>& RangeArrayArgument(const Napi::CallbackInfo& info,
                                                      size_t index) {
  const auto& array = Environment::In(info.Env()).range_arrays().Find(Uint32Argument(info, index));
  if (array == nullptr) throw Napi::TypeError::New(info.Env(), "no such array of ranges");
  return array;
}

}  // namespace aio_bind::addon
