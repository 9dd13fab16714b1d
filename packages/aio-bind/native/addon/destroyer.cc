#include "destroyer.h"

#include "../kernel/syscalls.h"
#include "arguments.h"
#include "environment.h"

namespace aio_bind::addon {
namespace {

// Owner: itself. Knows nothing but the context's number, so that the environment may go meanwhile,
// which waits for the pool.
class Destroyer : public Napi::AsyncWorker {
 public:
  Destroyer(Napi::Env env, aio_context_t id, napi_deferred deferred)
      : AsyncWorker(env, "io_destroy"), id_(id), deferred_(deferred) {}

 protected:
  void Execute() override { result_ = kernel::IoDestroy(id_); }

  // Not by node-addon-api, which has nobody to throw to where the environment is going.
  void OnOK() override {
    napi_value result = nullptr;
    if (napi_create_int64(Env(), result_, &result) != napi_ok) return;
    napi_resolve_deferred(Env(), deferred_, result);
  }

 private:
  const aio_context_t id_;
  napi_deferred deferred_;
  long result_ = 0;
};

}  // namespace

Napi::Value IoDestroyLater(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  napi_deferred deferred = nullptr;
  napi_value promise = nullptr;
  if (napi_create_promise(env, &deferred, &promise) != napi_ok) throw Napi::Error::New(env);
  aio_context_t id = 0;
  const long error = Environment::In(env).GiveUpContext(Uint32Argument(info, 0), id);
  if (error != 0) {
    napi_resolve_deferred(env, deferred, Napi::Number::New(env, static_cast<double>(error)));
  } else {
    // It deletes itself when it is done.
    (new Destroyer(env, id, deferred))->Queue();
  }
  return {env, promise};
}

}  // namespace aio_bind::addon
