// SubmitThreads: the JavaScript face of a SubmitPool.
//
// Owner: its JavaScript object. Thread: the environment's. The pool itself lives on until what was
// queued has been submitted.
#ifndef AIO_BIND_ADDON_SUBMIT_THREADS_H_
#define AIO_BIND_ADDON_SUBMIT_THREADS_H_

#include <napi.h>

#include <memory>

#include "submit_pool.h"

namespace aio_bind::addon {

class SubmitThreads : public Napi::ObjectWrap<SubmitThreads> {
 public:
  static Napi::Function Define(Napi::Env env);

  // new SubmitThreads(maxThreads, idleMs, eventWatcher | undefined)
  explicit SubmitThreads(const Napi::CallbackInfo& info);

 private:
  // submit(context, slab, slots, nr, begun) -> how many were taken, up to one that is in flight, or
  // for which there is no memory | -errno
  Napi::Value Submit(const Napi::CallbackInfo& info);
  // withdraw(context, slab, slot) -> boolean
  Napi::Value Withdraw(const Napi::CallbackInfo& info);
  // refused(events, nr) -> count
  Napi::Value Refused(const Napi::CallbackInfo& info);
  Napi::Value Threads(const Napi::CallbackInfo& info);
  Napi::Value Queued(const Napi::CallbackInfo& info);
  Napi::Value Running(const Napi::CallbackInfo& info);
  void Close(const Napi::CallbackInfo& info);

  std::shared_ptr<SubmitPool> pool_;
};

}  // namespace aio_bind::addon

#endif  // AIO_BIND_ADDON_SUBMIT_THREADS_H_
