#include "destroyer.h"

#include <memory>

#include "../kernel/syscalls.h"
#include "arguments.h"
#include "environment.h"

namespace aio_bind::addon {
namespace {

// Owner: itself. Knows nothing but the context's number, so that the environment may go meanwhile,
// which waits for the pool.
class Destroyer : public Napi::AsyncWorker {
 public:
  explicit Destroyer(const Napi::Function& done) : AsyncWorker(done, "io_destroy") {}

  void Destroy(aio_context_t id) {
    id_ = id;
    Queue();
  }

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
  aio_context_t id_ = 0;
  long result_ = 0;
};

}  // namespace

Napi::Value IoDestroyLater(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const uint32_t serial = Uint32Argument(info, 0);
  if (!info[1].IsFunction()) throw Napi::TypeError::New(env, "no function");
  // Made first: once the context is given up, nobody else would destroy it.
  auto destroyer = std::make_unique<Destroyer>(info[1].As<Napi::Function>());
  aio_context_t id = 0;
  const long error = Environment::In(env).GiveUpContext(serial, id);
  // It deletes itself when it is done.
  if (error == 0) destroyer.release()->Destroy(id);
  return Napi::Number::New(env, static_cast<double>(error));
}

}  // namespace aio_bind::addon
