#include "environment.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "../kernel/syscalls.h"

namespace aio_bind::addon {
namespace {

using Holder = std::shared_ptr<Environment>;

}  // namespace

void Environment::Start(Napi::Env env) {
  auto* holder = new Holder(std::make_shared<Environment>());
  env.SetInstanceData(holder);  // deleted with the environment
  (*holder)->StopBeforeFilesClose(env);
  napi_add_env_cleanup_hook(env, StopHook, holder->get());
}

void Environment::StopBeforeFilesClose(Napi::Env env) {
  // An environment that goes first takes away ArrayBuffers over foreign memory, then closes what
  // FileHandles are open, and only then runs cleanup hooks. A submit thread that was still at work
  // by then would write to a number that has come to mean another file.
  sentinel_ = Napi::Persistent(Napi::ArrayBuffer::New(
      env, &stopped_, sizeof stopped_,
      [](Napi::BasicEnv, void*, Environment* environment) { environment->Stop(); }, this));
}

void Environment::StopHook(void* hooked) {
  auto* environment = static_cast<Environment*>(hooked);
  environment->Stop();
  // Not before: Node's own threads may have been reading from them until it had closed its handles.
  environment->owned_descriptors_.CloseAll();
  // The last of these may be the last to hold the environment.
  for (const Share* share : std::exchange(environment->doubted_, {})) delete share;
}

std::shared_ptr<Environment> Environment::Of(Napi::Env env) {
  return *env.GetInstanceData<Holder>();
}

Environment& Environment::In(Napi::Env env) { return **env.GetInstanceData<Holder>(); }

uint32_t Environment::AddContext(aio_context_t id) {
  try {
    contexts_.push_back(std::make_unique<Context>(++last_serial_, id));
  } catch (...) {
    kernel::IoDestroy(id);
    throw;
  }
  return last_serial_;
}

Context* Environment::FindContext(uint32_t serial) {
  for (const auto& context : contexts_) {
    if (context->serial() == serial) return context->inherited() ? nullptr : context.get();
  }
  return nullptr;
}

long Environment::DestroyContext(uint32_t serial) {
  const Context* context = FindContext(serial);
  if (context == nullptr) return kernel::IoDestroy(0);
  // The kernel would wait for a submit thread that is inside io_submit with this context; one that
  // waits for a pipe to fill would make that for ever.
  for (const auto& weak : pools_) {
    if (const auto pool = weak.lock()) pool->WithdrawContext(context->id(), serial);
  }
  const long result = kernel::IoDestroy(context->id());
  if (result != 0) return result;
  // Out of the list first: its number, and the memory of its ring, may be another's from now on.
  Remove(context)->FinishedAll();
  return 0;
}

long Environment::GiveUpContext(uint32_t serial, aio_context_t& id) {
  const Context* context = FindContext(serial);
  if (context == nullptr) return -EINVAL;
  if (!context->idle()) return -EBUSY;
  id = context->id();
  Remove(context);
  return 0;
}

std::unique_ptr<Context> Environment::Remove(const Context* context) {
  const auto found = std::ranges::find(contexts_, context, &std::unique_ptr<Context>::get);
  std::unique_ptr<Context> removed = std::move(*found);
  contexts_.erase(found);
  return removed;
}

void Environment::KeepUntilStopped(std::shared_ptr<Memory> memory) {
  if (!stopped_) kept_.push_back(std::move(memory));
}

void Environment::Doubt(Share* share) { doubted_.push_back(share); }

void Environment::Believe(const Share* share) { std::erase(doubted_, share); }

void Environment::AddPool(const std::shared_ptr<SubmitPool>& pool) {
  std::erase_if(pools_, [](const auto& weak) { return weak.expired(); });
  pools_.push_back(pool);
}

void Environment::AddReadHelper(const std::shared_ptr<ReadHelperThread>& helper) {
  std::erase_if(read_helpers_, [](const auto& weak) { return weak.expired(); });
  read_helpers_.push_back(helper);
}

void Environment::Stop() {
  if (stopped_) return;
  for (const auto& weak : read_helpers_) {
    if (const auto helper = weak.lock()) helper->Stop();
  }
  for (const auto& weak : pools_) {
    if (const auto pool = weak.lock()) pool->Stop();
  }
  for (const auto& context : std::exchange(contexts_, {})) {
    // A forked child must not wait for, nor release, what its parent has in flight.
    if (context->inherited()) continue;
    kernel::IoDestroy(context->id());
    context->FinishedAll();
  }
  stopped_ = true;
  kept_.clear();
}

}  // namespace aio_bind::addon
