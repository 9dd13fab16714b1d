#include "file_calls.h"

#include <cerrno>
#include <cstddef>
#include <span>

#include "../kernel/files.h"
#include "../kernel/read_cached.h"
#include "arguments.h"
#include "environment.h"
#include "path_argument.h"

namespace aio_bind::addon {
namespace {

int IntArgument(const Napi::CallbackInfo& info, size_t index) {
  return static_cast<int>(Int64Argument(info, index));
}

struct Bytes {
  std::byte* data;
  size_t size;
};

// The memory of a typed array, valid until JavaScript runs again; none if it is detached.
Bytes BytesArgument(const Napi::CallbackInfo& info, size_t index, napi_typedarray_type wanted) {
  napi_typedarray_type type = napi_int8_array;
  size_t length = 0;
  void* data = nullptr;
  const napi_status status =
      napi_get_typedarray_info(info.Env(), info[index], &type, &length, &data, nullptr, nullptr);
  if (status != napi_ok || type != wanted) {
    throw Napi::TypeError::New(info.Env(), "there must be another kind of array");
  }
  const size_t size = type == napi_uint32_array ? length * sizeof(uint32_t) : length;
  return {.data = static_cast<std::byte*>(data), .size = size};
}

kernel::StatxBuf* StatxArgument(const Napi::CallbackInfo& info, size_t index) {
  const Bytes memory = BytesArgument(info, index, napi_uint32_array);
  if (memory.size < sizeof(kernel::StatxBuf)) {
    throw Napi::TypeError::New(info.Env(), "the memory for statx is too small, or detached");
  }
  return reinterpret_cast<kernel::StatxBuf*>(memory.data);
}

}  // namespace

Napi::Value Lseek(const Napi::CallbackInfo& info) {
  const int64_t result =
      kernel::Lseek(IntArgument(info, 0), Int64Argument(info, 1), IntArgument(info, 2));
  return Napi::Number::New(info.Env(), static_cast<double>(result));
}

Napi::Value Openat2(const Napi::CallbackInfo& info) {
  const PathArgument pathname(info, 1);
  const kernel::OpenHow how = {.flags = static_cast<uint64_t>(Int64Argument(info, 2)),
                               .mode = static_cast<uint64_t>(Int64Argument(info, 3)),
                               .resolve = static_cast<uint64_t>(Int64Argument(info, 4))};
  const int dirfd = IntArgument(info, 0);
  const bool owned = info[5].ToBoolean();
  OwnedDescriptors& descriptors = Environment::In(info.Env()).owned_descriptors();
  const char* path = pathname.Get();
  const int result = path == nullptr ? -ENAMETOOLONG : kernel::Openat2(dirfd, path, how);
  // At once: where the worker is being terminated, no JavaScript will run that could close it.
  if (owned && result >= 0) descriptors.Add(result);
  return Napi::Number::New(info.Env(), result);
}

Napi::Value Statx(const Napi::CallbackInfo& info) {
  const PathArgument pathname(info, 1);
  const int dirfd = IntArgument(info, 0);
  const int flags = IntArgument(info, 2);
  const uint32_t mask = Uint32Argument(info, 3);
  kernel::StatxBuf* statxbuf = StatxArgument(info, 4);
  const char* path = pathname.Get();
  const int result =
      path == nullptr ? -ENAMETOOLONG : kernel::Statx(dirfd, path, flags, mask, statxbuf);
  return Napi::Number::New(info.Env(), result);
}

Napi::Value Preadv2(const Napi::CallbackInfo& info) {
  // An address that is wrong is the kernel's to refuse: nothing is read or written here.
  auto* buffer = reinterpret_cast<void*>(Int64Argument(info, 1));
  const int64_t result = kernel::Preadv2(IntArgument(info, 0), buffer, Uint32Argument(info, 2),
                                         Int64Argument(info, 3), IntArgument(info, 4));
  return Napi::Number::New(info.Env(), static_cast<double>(result));
}

Napi::Value Close(const Napi::CallbackInfo& info) {
  const int fd = IntArgument(info, 0);
  const int result = Environment::In(info.Env()).owned_descriptors().Close(fd);
  return Napi::Number::New(info.Env(), result);
}

Napi::Value ReadCached(const Napi::CallbackInfo& info) {
  const PathArgument pathname(info, 0);
  const char* path = pathname.Get();
  const Bytes buffer = BytesArgument(info, 1, napi_uint8_array);
  const auto words = Uint32ArrayArgument(info, 2);
  static_assert(sizeof(kernel::DeviceNumber) == 2 * sizeof(uint32_t));
  const std::span devices(reinterpret_cast<const kernel::DeviceNumber*>(words.data()),
                          words.size() / 2);
  const int64_t result = path == nullptr
                             ? -ENAMETOOLONG
                             : kernel::ReadCached(path, {buffer.data, buffer.size}, devices);
  return Napi::Number::New(info.Env(), static_cast<double>(result));
}

Napi::Value ReadCachedOnMount(const Napi::CallbackInfo& info) {
  const PathArgument pathname(info, 0);
  const char* path = pathname.Get();
  const Bytes buffer = BytesArgument(info, 1, napi_uint8_array);
  const Bytes opened = BytesArgument(info, 2, napi_int32_array);
  if (opened.size == 0) throw Napi::TypeError::New(info.Env(), "there is no room for a descriptor");
  int fifo = -1;
  const int64_t result = path == nullptr
                             ? -ENAMETOOLONG
                             : kernel::ReadCachedOnMount(path, {buffer.data, buffer.size}, &fifo);
  if (fifo >= 0) Environment::In(info.Env()).owned_descriptors().Add(fifo);
  *reinterpret_cast<int*>(opened.data) = fifo;
  return Napi::Number::New(info.Env(), static_cast<double>(result));
}

}  // namespace aio_bind::addon
