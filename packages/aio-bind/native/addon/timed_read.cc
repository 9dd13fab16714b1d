#include "timed_read.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "../kernel/files.h"
#include "from_double.h"
#include "memory.h"

namespace aio_bind::addon {
namespace {

// As src/timed-read.ts has it.
struct Words {
  double buf;
  double offset;
  double began;
  double ended;
  int32_t fd;
  uint32_t count;
  int32_t flags;
  int32_t result;
};
static_assert(offsetof(Words, fd) == 32 && sizeof(Words) == 48);

// CLOCK_MONOTONIC, in ms.
double Now() {
  using Milliseconds = std::chrono::duration<double, std::milli>;
  return Milliseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void Read(Words& words) {
  words.began = Now();
  // At most 2^31 - 1, as count is.
  words.result = static_cast<int32_t>(kernel::Preadv2(words.fd, AddressFrom(words.buf), words.count,
                                                      PositionFrom(words.offset, -1), words.flags));
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
