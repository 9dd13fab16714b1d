#include "timed_read.h"

#include <chrono>
#include <cstdint>
#include <memory>

#include "../kernel/files.h"
#include "memory.h"

namespace aio_bind::addon {
namespace {

// As src/timed-read.ts has it, which checks what it writes there; nobody else can.
struct Words {
  double buf;
  double offset;
  double began;
  double ended;
  int32_t fd;
  int32_t count;
  int32_t flags;
  int32_t result;
};

// CLOCK_MONOTONIC, in ms.
double Now() {
  using Milliseconds = std::chrono::duration<double, std::milli>;
  return Milliseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void Read(Words& words) {
  auto* buffer = reinterpret_cast<void*>(static_cast<uintptr_t>(words.buf));
  words.began = Now();
  // At most 2^31 - 1, as count is.
  words.result =
      static_cast<int32_t>(kernel::Preadv2(words.fd, buffer, static_cast<size_t>(words.count),
                                           static_cast<int64_t>(words.offset), words.flags));
  words.ended = Now();
}

}  // namespace

Napi::Value CreateTimedRead(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto memory = Memory::Allocate(env, sizeof(Words), alignof(Words));
  Napi::Object result = Napi::Object::New(env);
  result["words"] = ExposeMemory(env, memory, sizeof(Words));
  result["read"] = Napi::Function::New(
      env, [memory](const Napi::CallbackInfo&) { Read(*memory->As<Words>()); }, "read");
  return result;
}

}  // namespace aio_bind::addon
