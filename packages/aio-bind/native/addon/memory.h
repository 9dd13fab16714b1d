// Memory that the kernel may read or write, and that JavaScript sees as an ArrayBuffer.
//
// Owner: shared by every ArrayBuffer over it and by the native objects that use it; freed with
// the last of them. So neither a collected ArrayBuffer nor one that was detached by
// ArrayBuffer.prototype.transfer() leaves a native pointer dangling. But what was moved on to
// another thread dangles there: an environment that goes has its ArrayBuffers' finalizers run,
// whoever has the memory by then. So nothing that a program is meant to pass around is made of it.
// Thread: reference counts from any; contents as the owners agree.
#ifndef AIO_BIND_ADDON_MEMORY_H_
#define AIO_BIND_ADDON_MEMORY_H_

#include <napi.h>

#include <cstddef>
#include <memory>

namespace aio_bind::addon {

class Memory {
 public:
  // Zeroed; `alignment` is a power of two. Throws a JavaScript RangeError where there is not
  // that much memory.
  static std::shared_ptr<Memory> Allocate(Napi::Env env, size_t size, size_t alignment);

  explicit Memory(void* data) : data_(data) {}
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  ~Memory();

  template <typename T>
  T* As() const {
    return static_cast<T*>(data_);
  }

 private:
  void* const data_;
};

// An ArrayBuffer over the first `size` bytes, which keeps `memory` alive.
Napi::ArrayBuffer ExposeMemory(Napi::Env env, const std::shared_ptr<Memory>& memory, size_t size);

// addressOf(view) -> number
Napi::Value AddressOf(const Napi::CallbackInfo& info);
// stackAddress() -> number
Napi::Value StackAddress(const Napi::CallbackInfo& info);

}  // namespace aio_bind::addon

#endif  // AIO_BIND_ADDON_MEMORY_H_
