#include "event_watcher.h"

#include <cerrno>
#include <utility>

namespace aio_bind::addon {
namespace {

// Tells our watchers from whatever else JavaScript may pass for one.
constexpr napi_type_tag kTag = {0x6aa1c7d1f0e84b2f, 0x9d4c52b8a6f1e307};

}  // namespace

Napi::Function EventWatcher::Define(Napi::Env env) {
  return DefineClass(env, "EventWatcher",
                     {
                         InstanceMethod<&EventWatcher::Start>("start"),
                         InstanceMethod<&EventWatcher::Fd>("fd"),
                         InstanceMethod<&EventWatcher::RefLoop>("ref"),
                         InstanceMethod<&EventWatcher::UnrefLoop>("unref"),
                         InstanceMethod<&EventWatcher::HasRef>("hasRef"),
                         InstanceMethod<&EventWatcher::Drain>("drain"),
                         InstanceMethod<&EventWatcher::Close>("close"),
                     });
}

EventWatcher::EventWatcher(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<EventWatcher>(info),
      callback_(Napi::Persistent(info[0].As<Napi::Function>())) {
  info.This().As<Napi::Object>().TypeTag(&kTag);
}

EventWatcher::~EventWatcher() {
  // The environment is going with the watcher still open.
  if (poll_ != nullptr) poll_->Close();
}

EventWatcher* EventWatcher::From(const Napi::Value& value) {
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&kTag)) {
    throw Napi::TypeError::New(value.Env(), "not an EventWatcher");
  }
  return Unwrap(value.As<Napi::Object>());
}

Napi::Value EventWatcher::Start(const Napi::CallbackInfo& info) {
  if (poll_ != nullptr || callback_.IsEmpty()) return Napi::Number::New(info.Env(), -EALREADY);
  // What may throw comes before the loop knows of anything.
  auto async_context =
      std::make_unique<Napi::AsyncContext>(info.Env(), "AIO_EVENTS", info.This().ToObject());
  int error = 0;
  auto event_fd = kernel::EventFd::Create(&error);
  if (event_fd != nullptr) {
    poll_ = LoopPoll::Start(info.Env(), event_fd, [this] { OnReadable(); }, &error);
  }
  if (poll_ != nullptr) {
    event_fd_ = std::move(event_fd);
    async_context_ = std::move(async_context);
    Ref();
  }
  return Napi::Number::New(info.Env(), error);
}

Napi::Value EventWatcher::Fd(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), event_fd_ == nullptr ? -EBADF : event_fd_->fd());
}

void EventWatcher::RefLoop(const Napi::CallbackInfo&) {
  if (poll_ != nullptr) poll_->Ref();
}

void EventWatcher::UnrefLoop(const Napi::CallbackInfo&) {
  if (poll_ != nullptr) poll_->Unref();
}

Napi::Value EventWatcher::HasRef(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), poll_ != nullptr && poll_->HasRef());
}

Napi::Value EventWatcher::Drain(const Napi::CallbackInfo& info) {
  const uint64_t count = event_fd_ == nullptr ? 0 : event_fd_->Drain();
  return Napi::Number::New(info.Env(), static_cast<double>(count));
}

void EventWatcher::Close(const Napi::CallbackInfo&) {
  if (poll_ == nullptr) return;
  poll_->Close();
  poll_ = nullptr;
  event_fd_ = nullptr;  // not left to the garbage collector: descriptors are scarce
  callback_.Reset();
  async_context_ = nullptr;
  Unref();
}

void EventWatcher::OnReadable() {
  const uint64_t count = event_fd_->Drain();
  // Another callback of this turn of the loop has drained it.
  if (count == 0) return;
  const Napi::Env env = Env();
  const Napi::HandleScope scope(env);
  napi_value argument = Napi::Number::New(env, static_cast<double>(count));
  // By hand, since what the callback throws must become an uncaughtException, and an environment
  // that is being terminated can run no JavaScript at all, which is no error.
  const napi_status status =
      napi_make_callback(env, *async_context_, Value(), callback_.Value(), 1, &argument, nullptr);
  if (status != napi_pending_exception) return;
  napi_value thrown = nullptr;
  if (napi_get_and_clear_last_exception(env, &thrown) == napi_ok) {
    napi_fatal_exception(env, thrown);
  }
}

}  // namespace aio_bind::addon
