// EventWatcher: calls JavaScript when an eventfd has been signalled, be it by the kernel for a
// completion (aio_resfd) or by a submit thread for a refusal.
//
// Owner: its JavaScript object, which it keeps alive while it is open, as a server does. Thread:
// the environment's. The eventfd is shared with the submit threads that signal it.
#ifndef AIO_BIND_ADDON_EVENT_WATCHER_H_
#define AIO_BIND_ADDON_EVENT_WATCHER_H_

#include <napi.h>

#include <memory>

#include "../kernel/event_fd.h"
#include "loop_poll.h"

namespace aio_bind::addon {

class EventWatcher : public Napi::ObjectWrap<EventWatcher> {
 public:
  static Napi::Function Define(Napi::Env env);
  // The watcher that `value` is; throws where it is none.
  static EventWatcher* From(const Napi::Value& value);

  // new EventWatcher(callback); `start()` gives 0 or -errno.
  explicit EventWatcher(const Napi::CallbackInfo& info);
  ~EventWatcher() override;
  EventWatcher(const EventWatcher&) = delete;
  EventWatcher& operator=(const EventWatcher&) = delete;

  const std::shared_ptr<kernel::EventFd>& event_fd() const { return event_fd_; }

 private:
  Napi::Value Start(const Napi::CallbackInfo& info);
  Napi::Value Fd(const Napi::CallbackInfo& info);
  void RefLoop(const Napi::CallbackInfo& info);
  void UnrefLoop(const Napi::CallbackInfo& info);
  Napi::Value HasRef(const Napi::CallbackInfo& info);
  Napi::Value Drain(const Napi::CallbackInfo& info);
  void Close(const Napi::CallbackInfo& info);
  void OnReadable();

  std::shared_ptr<kernel::EventFd> event_fd_;
  std::shared_ptr<LoopPoll> poll_;
  Napi::FunctionReference callback_;
  std::unique_ptr<Napi::AsyncContext> async_context_;
};

}  // namespace aio_bind::addon

#endif  // AIO_BIND_ADDON_EVENT_WATCHER_H_
