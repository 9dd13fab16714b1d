#include "event_array.h"

#include "arguments.h"
#include "environment.h"

namespace aio_bind::addon {

EventArray::EventArray(Napi::Env env, uint32_t length)
    : length_(length),
      memory_(Memory::Allocate(env, length * sizeof(io_event), alignof(std::max_align_t))) {}

Napi::ArrayBuffer EventArray::Expose(Napi::Env env) const {
  return ExposeMemory(env, memory_, length_ * sizeof(io_event));
}

Napi::Value CreateEventArray(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto array = std::make_shared<EventArray>(env, Uint32Argument(info, 1));
  const auto environment = Environment::Of(env);

  Napi::Object result = Napi::Object::New(env);
  result["events"] = array->Expose(env);
  result["address"] = static_cast<double>(reinterpret_cast<uintptr_t>(array->data()));
  result["id"] = environment->event_arrays().Add(info[0].As<Napi::Object>(), array, environment);
  return result;
}

}  // namespace aio_bind::addon
