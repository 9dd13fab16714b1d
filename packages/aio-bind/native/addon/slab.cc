#include "slab.h"

#include "arguments.h"
#include "environment.h"

namespace aio_bind::addon {
namespace {

constexpr size_t kCacheLine = 64;

}  // namespace

Slab::Slab(Napi::Object js, uint32_t slots)
    : slots_(slots),
      js_(Napi::Weak(js)),
      iocbs_(Memory::Allocate(js.Env(), 2UL * slots * sizeof(iocb), kCacheLine)),
      in_flight_(Memory::Allocate(js.Env(), slots * sizeof(uint32_t), kCacheLine)) {}

Napi::ArrayBuffer Slab::ExposeIocbs(Napi::Env env) const {
  return ExposeMemory(env, iocbs_, slots_ * sizeof(iocb));
}

Napi::ArrayBuffer Slab::ExposeInFlight(Napi::Env env) const {
  return ExposeMemory(env, in_flight_, slots_ * sizeof(uint32_t));
}

Napi::Value CreateSlab(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto js = info[0].As<Napi::Object>();
  auto slab = std::make_shared<Slab>(js, Uint32Argument(info, 1));
  const auto environment = Environment::Of(env);

  Napi::Object result = Napi::Object::New(env);
  result["iocbs"] = slab->ExposeIocbs(env);
  result["inFlight"] = slab->ExposeInFlight(env);
  result["address"] = static_cast<double>(reinterpret_cast<uintptr_t>(slab->At(0)));
  result["id"] = environment->slabs().Add(js, slab, environment);
  return result;
}

}  // namespace aio_bind::addon
