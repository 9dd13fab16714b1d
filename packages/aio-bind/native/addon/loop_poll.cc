#include "loop_poll.h"

#include <uv.h>

#include <utility>

namespace aio_bind::addon {

struct LoopPoll::Handle {
  uv_poll_t poll = {};
  napi_async_cleanup_hook_handle cleanup = nullptr;
  std::shared_ptr<kernel::EventFd> event_fd;  // stays open for as long as libuv polls it
  std::function<void()> readable;
  std::shared_ptr<LoopPoll> self;  // libuv's share, until the handle is closed

  uv_handle_t* uv() { return reinterpret_cast<uv_handle_t*>(&poll); }
};

LoopPoll::LoopPoll() : handle_(std::make_unique<Handle>()) {}
LoopPoll::~LoopPoll() = default;

std::shared_ptr<LoopPoll> LoopPoll::Start(napi_env env, std::shared_ptr<kernel::EventFd> event_fd,
                                          std::function<void()> readable, int* error) {
  std::shared_ptr<LoopPoll> self(new LoopPoll());
  Handle& handle = *self->handle_;
  uv_loop_t* loop = nullptr;
  if (napi_get_uv_event_loop(env, &loop) != napi_ok) {
    *error = UV_EINVAL;
    return nullptr;
  }
  *error = uv_poll_init(loop, &handle.poll, event_fd->fd());
  if (*error != 0) return nullptr;
  handle.poll.data = &handle;
  handle.event_fd = std::move(event_fd);
  handle.readable = std::move(readable);
  handle.self = self;
  uv_unref(handle.uv());
  // Node asserts that a loop it tears down has no handle left, and turns the loop for us until the
  // hook is removed.
  napi_add_async_cleanup_hook(
      env,
      [](napi_async_cleanup_hook_handle, void* data) { static_cast<LoopPoll*>(data)->Close(); },
      self.get(), &handle.cleanup);
  *error = uv_poll_start(&handle.poll, UV_READABLE, [](uv_poll_t* poll, int, int) {
    // A copy: the callback may close this.
    const std::shared_ptr<LoopPoll> alive = static_cast<Handle*>(poll->data)->self;
    alive->handle_->readable();
  });
  if (*error != 0) {
    self->Close();
    return nullptr;
  }
  return self;
}

void LoopPoll::Ref() { uv_ref(handle_->uv()); }

void LoopPoll::Unref() { uv_unref(handle_->uv()); }

bool LoopPoll::HasRef() const { return uv_has_ref(handle_->uv()) != 0; }

void LoopPoll::Close() {
  if (uv_is_closing(handle_->uv()) != 0) return;
  uv_close(handle_->uv(), [](uv_handle_t* closed) {
    auto* handle = static_cast<Handle*>(closed->data);
    napi_remove_async_cleanup_hook(handle->cleanup);
    const std::shared_ptr<LoopPoll> last = std::move(handle->self);
  });
}

}  // namespace aio_bind::addon
