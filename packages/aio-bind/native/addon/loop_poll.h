// Watches a descriptor on an environment's own libuv loop. The only part that knows libuv.
//
// Owner: whoever started it, and libuv until the handle is closed. Thread: the environment's.
// Dies: after Close(), at the latest when the environment goes, on a later turn of the loop.
#ifndef AIO_BIND_ADDON_LOOP_POLL_H_
#define AIO_BIND_ADDON_LOOP_POLL_H_

#include <node_api.h>

#include <functional>
#include <memory>

#include "../kernel/event_fd.h"

namespace aio_bind::addon {

class LoopPoll {
 public:
  // Calls `readable` on every turn in which `event_fd` is readable. Does not hold the loop open.
  // Gives null and sets *error to -errno where libuv refuses.
  static std::shared_ptr<LoopPoll> Start(napi_env env, std::shared_ptr<kernel::EventFd> event_fd,
                                         std::function<void()> readable, int* error);

  LoopPoll(const LoopPoll&) = delete;
  LoopPoll& operator=(const LoopPoll&) = delete;
  ~LoopPoll();

  // Whether the loop is held open for this.
  void Ref();
  void Unref();
  bool HasRef() const;
  // No call of `readable` comes after this. Again is harmless.
  void Close();

 private:
  struct Handle;

  LoopPoll();

  const std::unique_ptr<Handle> handle_;
};

}  // namespace aio_bind::addon

#endif  // AIO_BIND_ADDON_LOOP_POLL_H_
