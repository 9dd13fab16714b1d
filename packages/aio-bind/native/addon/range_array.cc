#include "range_array.h"

#include <cstddef>

#include "arguments.h"
#include "environment.h"

namespace aio_bind::addon {

RangeArray::RangeArray(Napi::Env env, uint32_t length)
    : length_(length), memory_(Memory::Allocate(env, size(), alignof(std::max_align_t))) {}

size_t RangeArray::size() const {
  constexpr size_t kColumns = 2 * sizeof(double) + 4 * sizeof(uint32_t);
  return length_ * kColumns + sizeof(Found) + sizeof(Command);
}

Napi::ArrayBuffer RangeArray::Expose(Napi::Env env) const {
  return ExposeMemory(env, memory_, size());
}

Napi::Value CreateRangeArray(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto array = std::make_shared<RangeArray>(env, Uint32Argument(info, 1));
  const auto environment = Environment::Of(env);

  Napi::Object result = Napi::Object::New(env);
  result["ranges"] = array->Expose(env);
  result["id"] = environment->range_arrays().Add(info[0].As<Napi::Object>(), array, environment);
  return result;
}

}  // namespace aio_bind::addon
