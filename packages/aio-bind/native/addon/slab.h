// A slab: iocbs in one piece of memory that JavaScript fills through typed arrays.
//
// Owner: shared by the JavaScript IocbSlab (until it is collected) and by every context that has
// something of the slab in flight. Thread: its environment's. Dies: with the last of them.
//
// While anything of it is in flight, the slab holds its JavaScript object, and so the buffers
// that the object keeps for its slots (IocbSlab in src/iocb-slab.ts): that is the pin.
#ifndef AIO_BIND_ADDON_SLAB_H_
#define AIO_BIND_ADDON_SLAB_H_

#include <napi.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <tuple>

#include "../kernel/abi.h"
#include "memory.h"

namespace aio_bind::addon {

class Slab {
 public:
  Slab(Napi::Object js, uint32_t slots);

  uint32_t slots() const { return slots_; }
  iocb* At(uint32_t slot) const { return iocbs_->As<iocb>() + slot; }

  // The copy of a slot's iocb that SubmitThreads submit, so that JavaScript may prepare the slot
  // anew before a thread has come round to it. Same slot, another address.
  iocb* CopyAt(uint32_t slot) const { return At(slots_ + slot); }

  const std::shared_ptr<Memory>& memory() const { return iocbs_; }
  // Which slot an event's `obj` names, be it the iocb or its copy.
  std::optional<uint32_t> SlotOf(uint64_t obj) const {
    const uint64_t index = (obj - reinterpret_cast<uintptr_t>(At(0))) / sizeof(iocb);
    if (index >= 2UL * slots_) return std::nullopt;
    return static_cast<uint32_t>(index < slots_ ? index : index - slots_);
  }

  // Not so where it has been collected and only its finalizer, for which the event loop has to
  // turn, is still to come: what its slots name has gone with it, and cannot be held any more.
  bool has_js() const { return total_in_flight_ != 0 || !js_.Value().IsEmpty(); }

  // These three once or twice for each operation, hence in the header.
  void Hold(uint32_t slot) {
    ++in_flight_->As<uint32_t>()[slot];
    if (total_in_flight_++ == 0) js_.Ref();
  }
  // What the kernel is done with is accounted for, whatever becomes of the reference: nothing that
  // has begun is left half-way by an exception.
  void Release(uint32_t slot, uint32_t operations) noexcept {
    in_flight_->As<uint32_t>()[slot] -= operations;
    total_in_flight_ -= operations;
    if (operations != 0 && total_in_flight_ == 0) {
      std::ignore = napi_reference_unref(js_.Env(), js_, nullptr);
    }
  }
  uint32_t InFlight(uint32_t slot) const { return in_flight_->As<uint32_t>()[slot]; }

  Napi::ArrayBuffer ExposeIocbs(Napi::Env env) const;
  Napi::ArrayBuffer ExposeInFlight(Napi::Env env) const;

 private:
  const uint32_t slots_;
  Napi::ObjectReference js_;
  std::shared_ptr<Memory> iocbs_;      // what JavaScript sees, then the copies
  std::shared_ptr<Memory> in_flight_;  // a uint32_t a slot, which JavaScript reads
  uint64_t total_in_flight_ = 0;
};

// createSlab(js, slots) -> { id, iocbs, inFlight, address }
Napi::Value CreateSlab(const Napi::CallbackInfo& info);

}  // namespace aio_bind::addon

#endif  // AIO_BIND_ADDON_SLAB_H_
