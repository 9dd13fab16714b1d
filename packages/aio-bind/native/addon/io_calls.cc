#include "io_calls.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>

#include "../kernel/syscalls.h"
#include "arguments.h"
#include "environment.h"
#include "slab_arguments.h"

namespace aio_bind::addon {
namespace {

Napi::Value Result(const Napi::CallbackInfo& info, long result) {
  return Napi::Number::New(info.Env(), static_cast<double>(result));
}

// A context that we do not know is shown to the kernel as 0, so that it gives the error, in the
// order in which it checks; a number that we made up might name another thread's context.
aio_context_t IdOf(const Context* context) { return context == nullptr ? 0 : context->id(); }

Context* ContextArgument(const Napi::CallbackInfo& info) {
  return Environment::In(info.Env()).FindContext(Uint32Argument(info, 0));
}

// Where the kernel may write `nr` events: null for array 0.
io_event* EventsArgument(const Napi::CallbackInfo& info, size_t index, int64_t nr) {
  if (Uint32Argument(info, index) == 0) return nullptr;
  const auto& array = EventArrayArgument(info, index);
  if (nr > static_cast<int64_t>(array->length())) {
    throw OutOfRange(info.Env(), "nr is larger than the array of events");
  }
  return array->data();
}

struct Timeout {
  Timeout(const Napi::CallbackInfo& info, size_t sec_index, size_t nsec_index)
      : given(!std::isnan(DoubleArgument(info, sec_index))) {
    if (!given) return;
    value.tv_sec = Int64Argument(info, sec_index);
    value.tv_nsec = Int64Argument(info, nsec_index);
  }

  // The kernel waits for ever on a negative tv_sec.
  bool valid() const {
    return !given || (value.tv_sec >= 0 && value.tv_nsec >= 0 && value.tv_nsec < 1'000'000'000);
  }
  __kernel_timespec* pointer() { return given ? &value : nullptr; }

  bool given;
  __kernel_timespec value = {};
};

long Collected(Context* context, io_event* events, long result) {
  if (context != nullptr && result > 0) context->Finished(events, result);
  return result;
}

}  // namespace

Napi::Value IoSetup(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const uint32_t nr_events = Uint32Argument(info, 0);
  aio_context_t value = 0;
  aio_context_t* pointer = nullptr;
  if (info[1].IsBigInt()) {
    bool lossless = false;
    value = info[1].As<Napi::BigInt>().Uint64Value(&lossless);
    pointer = &value;
  }
  Environment& environment = Environment::In(env);
  const long result = kernel::IoSetup(nr_events, pointer);
  // At once: what follows throws where the worker is being terminated, and nobody else would know
  // that there is a context to destroy.
  const uint32_t serial = result == 0 ? environment.AddContext(value) : 0;
  Napi::Object answer = Napi::Object::New(env);
  answer["result"] = static_cast<double>(result);
  if (result == 0) {
    answer["serial"] = serial;
    answer["value"] = Napi::BigInt::New(env, static_cast<uint64_t>(value));
  }
  return answer;
}

Napi::Value IoDestroy(const Napi::CallbackInfo& info) {
  return Result(info, Environment::In(info.Env()).DestroyContext(Uint32Argument(info, 0)));
}

Napi::Value IoSubmitSlots(const Napi::CallbackInfo& info) {
  Context* context = ContextArgument(info);
  const int64_t nr = Int64Argument(info, 1);
  const auto slab = SlabArgument(info, 2);
  const auto slots = SlotsArgument(info, 3, 1, *slab);
  auto& pointers = Environment::In(info.Env()).iocb_pointers();
  pointers.clear();
  for (const uint32_t slot : slots) pointers.push_back(slab->At(slot));
  if (context != nullptr) {
    context->Sweep();
    context->Expect(slab);
  }
  const long result = kernel::IoSubmit(IdOf(context), nr, pointers.data());
  if (result > 0) context->Took(slab, slots.first(static_cast<size_t>(result)));
  return Result(info, result);
}

Napi::Value IoSubmitPairs(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::In(info.Env());
  Context* context = ContextArgument(info);
  const int64_t nr = Int64Argument(info, 1);
  if (info[2].IsNull()) return Result(info, kernel::IoSubmit(IdOf(context), nr, nullptr));
  const auto given = Uint32ArrayArgument(info, 2);
  if (nr > static_cast<int64_t>(given.size() / 2)) {
    throw OutOfRange(info.Env(), "nr is larger than the array of iocbs");
  }
  // What is checked must be what is used, and a SharedArrayBuffer changes under our eyes.
  auto& copy = environment.slots();
  copy.assign(given.begin(), given.begin() + 2 * std::max<int64_t>(nr, 0));
  const std::span<const uint32_t> pairs = copy;
  auto& pointers = environment.iocb_pointers();
  pointers.clear();
  if (context != nullptr) context->Sweep();
  bool there = false;
  for (int64_t i = 0; i < nr; ++i) {
    const auto& slab = environment.slabs().Find(pairs[2 * i]);
    // Once for those of one slab that stand together: it takes as long as all the rest.
    const bool same = i > 0 && pairs[2 * i] == pairs[2 * (i - 1)];
    if (!same) there = slab != nullptr && slab->has_js();
    const bool inside = there && pairs[2 * i + 1] < slab->slots();
    pointers.push_back(inside ? slab->At(pairs[2 * i + 1]) : nullptr);
    if (inside && context != nullptr) context->Expect(slab);
  }
  const long result = kernel::IoSubmit(IdOf(context), nr, pointers.data());
  for (long i = 0; i < result; ++i) {
    context->Took(environment.slabs().Find(pairs[2 * i]), pairs.subspan(2 * i + 1, 1));
  }
  return Result(info, result);
}

Napi::Value IoGetevents(const Napi::CallbackInfo& info) {
  Context* context = ContextArgument(info);
  const int64_t nr = Int64Argument(info, 2);
  io_event* events = EventsArgument(info, 3, nr);
  Timeout timeout(info, 4, 5);
  if (!timeout.valid()) return Result(info, -EINVAL);
  const long result =
      kernel::IoGetevents(IdOf(context), Int64Argument(info, 1), nr, events, timeout.pointer());
  return Result(info, Collected(context, events, result));
}

Napi::Value IoPgetevents(const Napi::CallbackInfo& info) {
  Context* context = ContextArgument(info);
  const int64_t nr = Int64Argument(info, 2);
  io_event* events = EventsArgument(info, 3, nr);
  Timeout timeout(info, 4, 5);
  if (!timeout.valid()) return Result(info, -EINVAL);
  uint64_t mask = 0;
  kernel::AioSigset sigset = {nullptr, kernel::kKernelSigsetSize};
  if (info[6].IsBigInt()) {
    bool lossless = false;
    mask = info[6].As<Napi::BigInt>().Uint64Value(&lossless);
    sigset.sigmask = &mask;
  }
  const long result = kernel::IoPgetevents(IdOf(context), Int64Argument(info, 1), nr, events,
                                           timeout.pointer(), &sigset);
  return Result(info, Collected(context, events, result));
}

Napi::Value IoGeteventsRing(const Napi::CallbackInfo& info) {
  Context* context = ContextArgument(info);
  const int64_t nr = Int64Argument(info, 1);
  io_event* events = EventsArgument(info, 2, nr);
  if (context == nullptr || events == nullptr || nr < 0) return Result(info, -EINVAL);
  return Result(info, context->Collect(nr, events));
}

Napi::Value IoCancel(const Napi::CallbackInfo& info) {
  Context* context = ContextArgument(info);
  // Since Linux 4.19 the kernel leaves the result argument alone; older ones want it writable.
  io_event ignored = {};
  if (Uint32Argument(info, 1) == 0) {
    return Result(info, kernel::IoCancel(IdOf(context), nullptr, &ignored));
  }
  const auto& slab = SlabArgument(info, 1);
  const uint32_t slot = SlotArgument(info, 2, *slab);
  long result = kernel::IoCancel(IdOf(context), slab->At(slot), &ignored);
  // It may have been a submit thread that submitted it.
  if (result == -EINVAL) result = kernel::IoCancel(IdOf(context), slab->CopyAt(slot), &ignored);
  return Result(info, result);
}

Napi::Value AioRingHeader(const Napi::CallbackInfo& info) {
  Context* context = ContextArgument(info);
  if (context == nullptr) return Result(info, -EINVAL);
  if (!context->ring().usable()) return info.Env().Null();
  const kernel::AioRing header = context->ring().Header();
  auto words = Napi::Uint32Array::New(info.Env(), sizeof header / sizeof(uint32_t));
  std::memcpy(words.Data(), &header, sizeof header);
  return words;
}

}  // namespace aio_bind::addon
