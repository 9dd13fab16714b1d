#include "path_argument.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace aio_bind::addon {

// Its 4 KiB are not cleared first: that would take longer than filling them.
// NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init)
PathArgument::PathArgument(const Napi::CallbackInfo& info, size_t index) {
  const Napi::Value value = info[index];
  napi_status status =
      napi_get_value_string_utf8(info.Env(), value, path_, sizeof(path_), &length_);
  if (status == napi_string_expected) {
    napi_typedarray_type type = napi_int8_array;
    void* data = nullptr;
    status = napi_get_typedarray_info(info.Env(), value, &type, &length_, &data, nullptr, nullptr);
    if (status == napi_ok && type != napi_uint8_array) status = napi_invalid_arg;
    if (status == napi_ok) {
      length_ = std::min<size_t>(length_, PATH_MAX);
      if (length_ > 0) std::memcpy(path_, data, length_);
      path_[length_] = '\0';
    }
  }
  if (status != napi_ok || std::memchr(path_, '\0', length_) != nullptr) {
    throw Napi::TypeError::New(
        info.Env(), "argument " + std::to_string(index) + " must be a path without null bytes");
  }
}

}  // namespace aio_bind::addon
