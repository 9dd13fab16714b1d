// What one JavaScript environment (the main thread, or a worker) has: its contexts and what they
// are used with.
//
// Owner: the addon's instance data, and every finalizer that is still to come. Thread: that
// environment's. When the environment goes, its submit threads are stopped and its contexts
// destroyed before V8 frees anything, so that the kernel never writes to memory that has gone; and
// then the descriptors that it owns are closed, of which nothing is in flight any more.
#ifndef AIO_BIND_ADDON_ENVIRONMENT_H_
#define AIO_BIND_ADDON_ENVIRONMENT_H_

#include <napi.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "context.h"
#include "event_array.h"
#include "owned_descriptors.h"
#include "range_array.h"
#include "read_helper_thread.h"
#include "registry.h"
#include "share.h"
#include "slab.h"
#include "submit_pool.h"

namespace aio_bind::addon {

class Environment {
 public:
  // Once, when the addon is initialised in `env`.
  static void Start(Napi::Env env);
  static std::shared_ptr<Environment> Of(Napi::Env env);
  // The same without taking a share, for the time of one call.
  static Environment& In(Napi::Env env);

  Registry<Slab>& slabs() { return slabs_; }
  Registry<EventArray>& event_arrays() { return event_arrays_; }
  Registry<RangeArray>& range_arrays() { return range_arrays_; }
  OwnedDescriptors& owned_descriptors() { return owned_descriptors_; }

  // Takes over a context from io_setup(2) and returns its serial. Without memory for it the context
  // is destroyed again.
  uint32_t AddContext(aio_context_t id);
  // Null for a serial that is unknown, destroyed, or was inherited by fork(2).
  Context* FindContext(uint32_t serial);
  // io_destroy(2): 0 or -errno.
  long DestroyContext(uint32_t serial);
  // Forgets a context that has nothing in flight, for the caller to destroy: 0, -EINVAL or -EBUSY.
  long GiveUpContext(uint32_t serial, aio_context_t& id);

  // The environment goes, and this would be freed, though the kernel may have it.
  void KeepUntilStopped(std::shared_ptr<Memory> memory);

  // Whether a finalizer will come for this share is not known, or is known by now. What is still in
  // doubt when the environment has gone is freed then: finalizers come before cleanup hooks.
  void Doubt(Share* share);
  void Believe(const Share* share);

  void AddPool(const std::shared_ptr<SubmitPool>& pool);
  void AddReadHelper(const std::shared_ptr<ReadHelperThread>& helper);

  // For building the arguments of an io_submit(2), reused by every call.
  std::vector<uint32_t>& slots() { return slots_; }
  std::vector<iocb*>& iocb_pointers() { return iocb_pointers_; }
  // For sorting out what has not ended when io_submit(2) returns.
  std::vector<uint32_t>& going_slots() { return going_slots_; }

 private:
  std::unique_ptr<Context> Remove(const Context* context);
  void StopBeforeFilesClose(Napi::Env env);
  static void StopHook(void* hooked);
  void Stop();

  Registry<Slab> slabs_;
  Registry<EventArray> event_arrays_;
  Registry<RangeArray> range_arrays_;
  OwnedDescriptors owned_descriptors_;
  std::vector<std::unique_ptr<Context>> contexts_;
  std::vector<std::weak_ptr<SubmitPool>> pools_;
  std::vector<std::weak_ptr<ReadHelperThread>> read_helpers_;
  std::vector<uint32_t> slots_;
  std::vector<uint32_t> going_slots_;
  std::vector<iocb*> iocb_pointers_;
  std::vector<std::shared_ptr<Memory>> kept_;
  std::vector<Share*> doubted_;
  bool stopped_ = false;
  Napi::Reference<Napi::ArrayBuffer> sentinel_;
  uint32_t last_serial_ = 0;
};

}  // namespace aio_bind::addon

#endif  // AIO_BIND_ADDON_ENVIRONMENT_H_
