#include "arguments.h"

#include <string>

namespace aio_bind::addon {
namespace {

void ThrowUnless(napi_status status, const Napi::CallbackInfo& info, size_t index,
                 const char* type) {
  if (status != napi_ok) {
    throw Napi::TypeError::New(info.Env(),
                               "argument " + std::to_string(index) + " must be " + type);
  }
}

}  // namespace

Napi::Error OutOfRange(Napi::Env env, const std::string& message) {
  Napi::Error error = Napi::RangeError::New(env, message);
  error.Set("code", "ERR_OUT_OF_RANGE");
  return error;
}

uint32_t Uint32Argument(const Napi::CallbackInfo& info, size_t index) {
  uint32_t value = 0;
  ThrowUnless(napi_get_value_uint32(info.Env(), info[index], &value), info, index, "a number");
  return value;
}

int64_t Int64Argument(const Napi::CallbackInfo& info, size_t index) {
  int64_t value = 0;
  ThrowUnless(napi_get_value_int64(info.Env(), info[index], &value), info, index, "a number");
  return value;
}

double DoubleArgument(const Napi::CallbackInfo& info, size_t index) {
  double value = 0;
  ThrowUnless(napi_get_value_double(info.Env(), info[index], &value), info, index, "a number");
  return value;
}

std::span<const uint32_t> Uint32ArrayArgument(const Napi::CallbackInfo& info, size_t index) {
  napi_typedarray_type type = napi_uint8_array;
  size_t length = 0;
  void* data = nullptr;
  napi_status status =
      napi_get_typedarray_info(info.Env(), info[index], &type, &length, &data, nullptr, nullptr);
  if (status == napi_ok && type != napi_uint32_array) status = napi_invalid_arg;
  ThrowUnless(status, info, index, "a Uint32Array");
  return {static_cast<const uint32_t*>(data), length};
}

}  // namespace aio_bind::addon
