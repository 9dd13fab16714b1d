// Reads arguments that the TypeScript layer has already checked for meaning. What is checked here
// is only what could crash or corrupt the process; a mistake throws.
#ifndef AIO_BIND_ADDON_ARGUMENTS_H_
#define AIO_BIND_ADDON_ARGUMENTS_H_

#include <napi.h>

#include <cstdint>
#include <span>
#include <string>

namespace aio_bind::addon {

// For values that do not fit: the code is that of Node's own.
Napi::Error OutOfRange(Napi::Env env, const std::string& message);

uint32_t Uint32Argument(const Napi::CallbackInfo& info, size_t index);
int64_t Int64Argument(const Napi::CallbackInfo& info, size_t index);
double DoubleArgument(const Napi::CallbackInfo& info, size_t index);
// The elements of a Uint32Array, valid until JavaScript runs again.
std::span<const uint32_t> Uint32ArrayArgument(const Napi::CallbackInfo& info, size_t index);

}  // namespace aio_bind::addon

#endif  // AIO_BIND_ADDON_ARGUMENTS_H_
