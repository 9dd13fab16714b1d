// io_events in one piece of memory, into which completions are collected again and again.
//
// Owner: the JavaScript IoEventArray, through the environment's registry. Thread: its
// environment's; the kernel writes to it only during a call.
#ifndef AIO_BIND_ADDON_EVENT_ARRAY_H_
#define AIO_BIND_ADDON_EVENT_ARRAY_H_

#include <napi.h>

#include <cstdint>
#include <memory>

#include "../kernel/abi.h"
#include "memory.h"

namespace aio_bind::addon {

class EventArray {
 public:
  EventArray(Napi::Env env, uint32_t length);

  uint32_t length() const { return length_; }
  io_event* data() const { return memory_->As<io_event>(); }
  Napi::ArrayBuffer Expose(Napi::Env env) const;

 private:
  const uint32_t length_;
  std::shared_ptr<Memory> memory_;
};

// createEventArray(js, length) -> { id, events, address }
Napi::Value CreateEventArray(const Napi::CallbackInfo& info);

}  // namespace aio_bind::addon

#endif  // AIO_BIND_ADDON_EVENT_ARRAY_H_
