#include "memory.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>
#include <tuple>

#include "environment.h"
#include "share.h"

namespace aio_bind::addon {
namespace {

// Whether the environment is going: it runs no JavaScript any more, and any call that might, fails.
bool IsGoing(napi_env env) {
  napi_value global = nullptr;
  bool ignored = false;
  return napi_get_global(env, &global) != napi_ok ||
         napi_has_own_property(env, global, global, &ignored) == napi_pending_exception;
}

void EndShare(napi_env env, void*, void* data) {
  const std::unique_ptr<Share> share(static_cast<Share*>(data));
  share->environment->Believe(share.get());
  // A collected ArrayBuffer is in nobody's flight. But an environment that goes takes all of them
  // away before any cleanup hook is run, and so before Environment::Stop.
  if (IsGoing(env)) share->environment->KeepUntilStopped(std::move(share->memory));
}

Napi::Error OutOfMemory(Napi::Env env, size_t size) {
  Napi::Error error = Napi::RangeError::New(
      env, "cannot allocate " + std::to_string(size) + " bytes of aligned memory");
  error.Set("code", "ERR_MEMORY_ALLOCATION_FAILED");
  return error;
}

}  // namespace

std::shared_ptr<Memory> Memory::Allocate(Napi::Env env, size_t size, size_t alignment) {
  // aligned_alloc(3) wants a multiple of the alignment, and we want a pointer even for nothing.
  const size_t rounded = (std::max<size_t>(size, 1) + alignment - 1) / alignment * alignment;
  std::unique_ptr<void, void (*)(void*)> data(std::aligned_alloc(alignment, rounded), std::free);
  if (data == nullptr) throw OutOfMemory(env, size);
  std::memset(data.get(), 0, size);
  auto memory = std::make_shared<Memory>(data.get());
  std::ignore = data.release();
  return memory;
}

Memory::~Memory() { std::free(data_); }

Napi::ArrayBuffer ExposeMemory(Napi::Env env, const std::shared_ptr<Memory>& memory, size_t size) {
  // Not Napi::ArrayBuffer::New: Node calls the finalizer even where it refuses to make so large an
  // ArrayBuffer, and node-addon-api has freed the finalizer's data by then. In a worker that is
  // being terminated it may refuse without calling it, and does not say which it was.
  auto made = std::make_unique<Share>(Share{memory, Environment::Of(env)});
  Environment& environment = *made->environment;
  environment.Doubt(made.get());
  Share* share = made.release();  // the finalizer's, or the doubting environment's
  napi_value buffer = nullptr;
  const napi_status status =
      napi_create_external_arraybuffer(env, memory->As<void>(), size, EndShare, share, &buffer);
  if (status != napi_ok) throw Napi::Error::New(env);
  environment.Believe(share);
  return {env, buffer};
}

Napi::Value AddressOf(const Napi::CallbackInfo& info) {
  const Napi::Value value = info[0];
  void* data = nullptr;
  size_t length = 0;
  if (value.IsTypedArray()) {
    // Not the pointer of its ArrayBuffer plus an offset: N-API gives no pointer for a
    // SharedArrayBuffer, but it does for a view of one.
    napi_get_typedarray_info(info.Env(), value, nullptr, &length, &data, nullptr, nullptr);
  } else if (value.IsDataView()) {
    napi_get_dataview_info(info.Env(), value, &length, &data, nullptr, nullptr);
  } else if (value.IsArrayBuffer()) {
    data = value.As<Napi::ArrayBuffer>().Data();
  } else {
    throw Napi::TypeError::New(info.Env(), "addressOf takes a view or an ArrayBuffer");
  }
  return Napi::Number::New(info.Env(), static_cast<double>(reinterpret_cast<uintptr_t>(data)));
}

Napi::Value StackAddress(const Napi::CallbackInfo& info) {
  // Not where a local is: instrumented code may keep that elsewhere.
  const auto address = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
  return Napi::Number::New(info.Env(), static_cast<double>(address));
}

}  // namespace aio_bind::addon
