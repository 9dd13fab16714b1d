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
  Destroyer(const Napi::Function& done, aio_context_t id)
      : AsyncWorker(done, "io_destroy"), id_(id) {}

 protected:
  void Execute() override { result_ = kernel::IoDestroy(id_); }

  // Not by node-addon-api, which has nobody to throw to where the environment is going.
  void OnOK() override {
    napi_value result = nullptr;
    napi_value self = nullptr;
    if (napi_create_int64(Env(), result_, &result) != napi_ok) return;
    if (napi_get_undefined(Env(), &self) != napi_ok) return;
    napi_call_function(Env(), self, Callback().Value(), 1, &result, nullptr);
  }

 private:
  const aio_context_t id_;
  long result_ = 0;
};

}  // namespace

Napi::Value IoDestroyLater(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const uint32_t serial = Uint32Argument(info, 0);
  if (!info[1].IsFunction()) throw Napi::TypeError::New(env, "no function");
  aio_context_t id = 0;
  const long error = Environment::In(env).GiveUpContext(serial, id);
  // It deletes itself when it is done.
  if (error == 0) (new Destroyer(info[1].As<Napi::Function>(), id))->Queue();
  return Napi::Number::New(env, static_cast<double>(error));
}

}  // namespace aio_bind::addon
