#include "submit_threads.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <new>
#include <span>

#include "arguments.h"
#include "environment.h"
#include "event_watcher.h"
#include "slab_arguments.h"

namespace aio_bind::addon {

Napi::Function SubmitThreads::Define(Napi::Env env) {
  return DefineClass(env, "SubmitThreads",
                     {
                         InstanceMethod<&SubmitThreads::Submit>("submit"),
                         InstanceMethod<&SubmitThreads::Withdraw>("withdraw"),
                         InstanceMethod<&SubmitThreads::Refused>("refused"),
                         InstanceMethod<&SubmitThreads::Threads>("threads"),
                         InstanceMethod<&SubmitThreads::Queued>("queued"),
                         InstanceMethod<&SubmitThreads::Running>("running"),
                         InstanceMethod<&SubmitThreads::Close>("close"),
                     });
}

SubmitThreads::SubmitThreads(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<SubmitThreads>(info) {
  std::shared_ptr<kernel::EventFd> refusal_signal;
  if (!info[2].IsUndefined()) refusal_signal = EventWatcher::From(info[2])->event_fd();
  pool_ = std::make_shared<SubmitPool>(Uint32Argument(info, 0),
                                       std::chrono::milliseconds(Uint32Argument(info, 1)),
                                       std::move(refusal_signal));
  Environment::In(info.Env()).AddPool(pool_);
}

Napi::Value SubmitThreads::Submit(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::In(info.Env());
  Context* context = environment.FindContext(Uint32Argument(info, 0));
  if (context == nullptr) return Napi::Number::New(info.Env(), -EINVAL);
  const auto slab = SlabArgument(info, 1);
  const auto slots = SlotsArgument(info, 2, 3, *slab);
  const bool begun = info[4].ToBoolean();
  context->Sweep();
  context->Expect(slab);
  uint32_t accepted = 0;
  for (const uint32_t slot : slots) {
    // A thread may be about to read the copy of this slot.
    if (slab->InFlight(slot) != 0) {
      if (accepted == 0) return Napi::Number::New(info.Env(), -EBUSY);
      break;
    }
    iocb* copy = slab->CopyAt(slot);
    *copy = *slab->At(slot);
    try {
      // In a forked child these are its parent's threads, as a context may be its parent's.
      if (!SubmitPool::Enqueue(pool_,
                               {context->id(), context->serial(), copy, slab->memory(), begun})) {
        return Napi::Number::New(info.Env(), -EINVAL);
      }
    } catch (const std::bad_alloc&) {
      if (accepted == 0) throw;
      break;
    }
    // Only now, but before anything can come of it: this thread is the one that collects that.
    context->Took(slab, std::span(&slot, 1));
    ++accepted;
  }
  return Napi::Number::New(info.Env(), accepted);
}

Napi::Value SubmitThreads::Withdraw(const Napi::CallbackInfo& info) {
  Context* context = Environment::In(info.Env()).FindContext(Uint32Argument(info, 0));
  const auto slab = SlabArgument(info, 1);
  const uint32_t slot = SlotArgument(info, 2, *slab);
  const bool withdrawn =
      context != nullptr && pool_->Withdraw(context->serial(), slab->CopyAt(slot));
  if (withdrawn) context->Dropped(slab, slot);
  return Napi::Boolean::New(info.Env(), withdrawn);
}

Napi::Value SubmitThreads::Refused(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::In(info.Env());
  const auto array = EventArrayArgument(info, 0);
  const auto nr = std::min<uint32_t>(Uint32Argument(info, 1), array->length());
  uint32_t count = 0;
  for (const SubmitPool::Refusal& refusal : pool_->TakeRefusals(nr)) {
    // Not known: inherited by fork(2). A context that is destroyed takes its refusals with it.
    Context* context = environment.FindContext(refusal.context_serial);
    if (context == nullptr) continue;
    io_event* event = array->data() + count++;
    *event = refusal.event;
    context->Finished(event, 1);
  }
  return Napi::Number::New(info.Env(), count);
}

Napi::Value SubmitThreads::Threads(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), pool_->Count().threads);
}

Napi::Value SubmitThreads::Queued(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), pool_->Count().queued);
}

Napi::Value SubmitThreads::Running(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), pool_->Count().running);
}

void SubmitThreads::Close(const Napi::CallbackInfo&) { pool_->Close(); }

}  // namespace aio_bind::addon
