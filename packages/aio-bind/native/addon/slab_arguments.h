// Turns the numbers by which JavaScript names slabs, slots and arrays into what they name.
// A number that names nothing, or reaches outside, throws: it never becomes a pointer.
#ifndef AIO_BIND_ADDON_SLAB_ARGUMENTS_H_
#define AIO_BIND_ADDON_SLAB_ARGUMENTS_H_

#include <napi.h>

#include <cstdint>
#include <memory>
#include <span>

#include "event_array.h"
#include "range_array.h"
#include "slab.h"

namespace aio_bind::addon {

const std::shared_ptr<Slab>& SlabArgument(const Napi::CallbackInfo& info, size_t index);
// Throws where a slot is outside the slab.
void CheckSlot(Napi::Env env, uint32_t slot, const Slab& slab);
uint32_t SlotArgument(const Napi::CallbackInfo& info, size_t index, const Slab& slab);
// A copy of the first `nr` (argument `nr_index`) of a Uint32Array of slots, each within the slab;
// valid until the next call.
std::span<const uint32_t> SlotsArgument(const Napi::CallbackInfo& info, size_t index,
                                        size_t nr_index, const Slab& slab);
const std::shared_ptr<EventArray>& EventArrayArgument(const Napi::CallbackInfo& info, size_t index);
const std::shared_ptr<RangeArray>& RangeArrayArgument(const Napi::CallbackInfo& info, size_t index);

}  // namespace aio_bind::addon

#endif  // AIO_BIND_ADDON_SLAB_ARGUMENTS_H_
