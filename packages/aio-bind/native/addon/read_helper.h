// ReadHelper: the JavaScript face of a ReadHelperThread.
//
// Owner: its JavaScript object. Thread: the environment's.
#ifndef AIO_BIND_ADDON_READ_HELPER_H_
#define AIO_BIND_ADDON_READ_HELPER_H_

#include <napi.h>

#include <memory>

#include "read_helper_thread.h"

namespace aio_bind::addon {

class ReadHelper : public Napi::ObjectWrap<ReadHelper> {
 public:
  static Napi::Function Define(Napi::Env env);

  // new ReadHelper(idleMs, eventWatcher | undefined)
  explicit ReadHelper(const Napi::CallbackInfo& info);

 private:
  // read(nr, ranges) -> which is late, or -1
  Napi::Value Read(const Napi::CallbackInfo& info);
  // late() -> its result; RangeArray::kPending while there is none
  Napi::Value Late(const Napi::CallbackInfo& info);
  Napi::Value Threads(const Napi::CallbackInfo& info);
  void Close(const Napi::CallbackInfo& info);

  std::shared_ptr<ReadHelperThread> thread_;
};

}  // namespace aio_bind::addon

#endif  // AIO_BIND_ADDON_READ_HELPER_H_
